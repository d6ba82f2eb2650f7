"""The events of a run, as its journal records them.

A journal begins with a `Start`, and a `Certificate` before the training. An `Epoch` follows for
each epoch, and an `End` when the process could record how the run ended. A run that continues later
begins its next part with a `Resume`.
Every event has its ``time``, in seconds since 1970, which the journal sets.
"""

from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from experiments.recording.correct_images import BEST_EPOCH_CORRECT, CORRECT
from experiments.recording.recorded_config import RecordedConfig
from experiments.recording.status import Status

TEST_ACCURACY = "test/accuracy"
"""The metric that every run has whose test set has been opened."""


class Origin(Struct, frozen=True, kw_only=True):
    """Everything that decides the numbers of a run.

    ``config`` holds the options of the experiment, ``data`` the SHA-256 of the data files, ``code``
    a digest of the code that computes, ``numpy`` a version, ``compiler`` the versions of packages
    that only compiled code uses. ``processor`` names the processor's
    kernels; it is no part of a run's identity, but a checkpoint needs the same ones.
    """

    config: dict[str, Any]
    data: str
    code: str
    numpy: str
    compiler: str = ""
    processor: str = ""


class RecordedDataset(Struct, frozen=True, kw_only=True):
    """The data of a run: name, folder, SHA-256 of the files, numbers of images per split.

    ``classes`` are the names of the classes.
    """

    name: str
    root: str
    sha256: str
    train: int
    validation: int
    test: int
    classes: list[str] = field(default_factory=list)  # empty in records of earlier versions


class Start(Struct, frozen=True, kw_only=True, tag_field="event", tag="start"):
    """The first event: what the run is, and where it was started.

    ``id`` is unique to this record, ``identity`` is shared by all runs with the same numbers.
    ``dataset`` is None if the run failed before its data were loaded.
    """

    time: float = 0.0
    id: str
    identity: str
    origin: Origin
    name: str
    overrides: list[str]
    choices: dict[str, str]
    config: RecordedConfig
    environment: dict[str, str]
    dataset: RecordedDataset | None = None

    def moved_to(self, outputs: Path) -> "Start":
        """Return the start of a run whose record is in ``outputs``: the store moves with it."""
        tracking = self.config.tracking.moved_to(outputs)
        if tracking is self.config.tracking:
            return self
        return replace(self, config=replace(self.config, tracking=tracking))


class Resume(Struct, frozen=True, kw_only=True, tag_field="event", tag="resume"):
    """The run continues after ``epoch`` complete epochs and ``batches`` mini-batches."""

    time: float = 0.0
    epoch: int
    batches: int
    remark: str
    environment: dict[str, str]


NOT_A_NUMBER = 2.0
"""The recorded error of a gradient that is not a number, which a journal cannot hold.

The relative errors of numbers are below it.
"""


class Certificate(Struct, frozen=True, kw_only=True, tag_field="event", tag="certificate"):
    """The check of the gradient before the training; older records do not have it.

    ``errors`` are the relative errors of the gradient of each layer, the first hidden one first,
    against finite differences on some ``examples``, `NOT_A_NUMBER` if it is none; there are none if
    the initial cost is not finite. ``error_norms`` are the metrics `error_norm/<layer>` of the
    initial network.
    """

    time: float = 0.0
    errors: list[float]
    tolerance: float
    examples: int
    error_norms: list[float]

    @property
    def passed(self) -> bool:
        """Return whether no layer is known to be wrong."""
        return self.largest_error <= self.tolerance

    @property
    def largest_error(self) -> float:
        """The largest relative error of a layer."""
        return max(self.errors, default=0.0)

    @property
    def wrong_layer(self) -> int | None:
        """The wrong layer that is nearest to the output, counted from 1; None if all are right.

        Backpropagation comes from the output, so the error of this layer is not that of another.
        """
        wrong = [layer for layer, error in enumerate(self.errors, 1) if error > self.tolerance]
        return max(wrong, default=None)


class Epoch(Struct, frozen=True, kw_only=True, tag_field="event", tag="epoch"):
    """An epoch, counted from 1, has ended; ``elapsed`` is the working time so far in seconds."""

    time: float = 0.0
    epoch: int
    metrics: dict[str, float]
    elapsed: float


class Note(Struct, frozen=True, kw_only=True, tag_field="event", tag="note"):
    """A message for the user."""

    time: float = 0.0
    message: str

    @property
    def recorded(self) -> bool:
        """Return whether the note is in a journal, which has set its time."""
        return self.time > 0


class End(Struct, frozen=True, kw_only=True, tag_field="event", tag="end"):
    """The run has ended. If its status is not final, it can be resumed later.

    ``metrics`` holds the test set's cost and accuracy, ``confusion_matrix [k, k]`` the counts on
    the validation set; both are empty unless the run has finished. So are ``correct`` and
    ``best_epoch_correct``, which say which test images are classified correctly after the last
    epoch and after the best one, as `pack_correct` writes it; older records do not have them.
    While the test set is closed, ``metrics`` holds only the number of the best epoch.
    ``ended_after`` is the epoch after which the schedule ended the training, 0 if it did not.
    ``message`` says why the run did not finish; ``early`` if `stop_below` stopped it.
    """

    time: float = 0.0
    status: Status
    elapsed: float = 0.0
    metrics: dict[str, float] = field(default_factory=dict)
    confusion_matrix: list[list[int]] = field(default_factory=list)
    correct: bytes = b""
    best_epoch_correct: bytes = b""
    message: str = ""
    early: bool = False
    ended_after: int = 0
    traceback: str = ""

    @property
    def untested(self) -> bool:
        """Return whether the run has finished, and its test set has not been opened yet."""
        return self.status is Status.FINISHED and TEST_ACCURACY not in self.metrics

    @property
    def correct_images(self) -> dict[str, bytes]:
        """Which test images are classified correctly, by the column; empty if it is unknown."""
        found = {CORRECT: self.correct, BEST_EPOCH_CORRECT: self.best_epoch_correct}
        return {column: value for column, value in found.items() if value}


Event = Start | Resume | Certificate | Epoch | Note | End
"""A line of a journal."""
