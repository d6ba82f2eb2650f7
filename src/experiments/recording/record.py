"""The record of a run: the events of its journal, put together."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from experiments.errors import DataError
from experiments.recording.events import (
    NOT_A_NUMBER,
    Certificate,
    End,
    Epoch,
    Event,
    Resume,
    Start,
)
from experiments.recording.journal import Follower, is_held
from experiments.recording.layout import JOURNAL, outputs_of
from experiments.recording.status import Status

RESUME_HINT = "; the same command resumes it"
"""The end of a message about an interrupted run."""
SILENT_END = "its process ended without recording why"
"""Why a run is interrupted whose process was killed, or whose machine stopped."""
CLOSED = "finished: the test set is closed"
NO_START = "{}: is not the record of a run: its first event is not a start"


@dataclass
class Record:
    """A run: its start, its epochs so far, and its end.

    ``end`` is None while the run goes on, or if its process died. ``certificate`` is None in older
    records. ``time`` is the time of the last event, ``seconds`` the working time over all processes
    of the run.
    """

    start: Start
    epochs: list[Epoch] = field(default_factory=list)
    end: End | None = None
    certificate: Certificate | None = None
    time: float = 0.0
    seconds: float = 0.0

    @classmethod
    def of(cls, events: Iterable[Event], path: Path) -> "Record | None":
        """Return the record of ``events``, read from ``path``; None if there are none.

        Raise DataError if they are not the events of one run.
        """
        record: Record | None = None
        for event in events:
            if record is not None:
                record.add(event, path)
            elif isinstance(event, Start):
                record = cls(event.moved_to(outputs_of(path.absolute().parent)), time=event.time)
            else:
                raise DataError(NO_START.format(path))
        return record

    def add(self, event: Event, path: Path) -> None:
        """Add the next event. Raise DataError if it cannot follow the events before it."""
        if isinstance(event, Start):
            raise DataError(f"{path}: is not the record of a run: it has a second start")
        if isinstance(event, Resume):
            self.end = None
        elif isinstance(event, Certificate):
            self.certificate = event
        elif isinstance(event, Epoch):
            if event.epoch != len(self.epochs) + 1:
                raise DataError(f"{path}: epoch {len(self.epochs) + 1} is missing")
            self.epochs.append(event)
        elif isinstance(event, End):
            self.end = event
        self.time = event.time
        if isinstance(event, Epoch | End):
            self.seconds = max(event.elapsed, self.seconds)

    @property
    def status(self) -> Status:
        """The status at the end of the run: interrupted if it has no end."""
        return self.end.status if self.end else Status.INTERRUPTED

    @property
    def final(self) -> bool:
        """Return whether the run has finished or diverged."""
        return self.status.final

    @property
    def untested(self) -> bool:
        """Return whether the run has finished, and its test set has not been opened yet."""
        return self.end is not None and self.end.untested

    @property
    def validation_accuracies(self) -> list[float]:
        """The accuracies on the validation set, one per epoch."""
        return self.history.get("validation/accuracy", [])

    @property
    def history(self) -> dict[str, list[float]]:
        """The values of each metric, one per epoch."""
        values: dict[str, list[float]] = {}
        for event in self.epochs:
            for name, value in event.metrics.items():
                values.setdefault(name, []).append(value)
        return values


class RecordFollower:
    """Reads the record of a run while another process writes it.

    ``record`` is None while the journal is empty, and if it is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.record: Record | None = None
        self._journal = Follower(folder)

    @property
    def size(self) -> int:
        """Bytes of the journal that are part of the record."""
        return self._journal.offset

    @property
    def is_behind(self) -> bool:
        """Return whether the journal has another size than the part that has been read."""
        with suppress(OSError):
            return self._journal.path.stat().st_size != self.size
        return False

    def update(self) -> list[Event]:
        """Add the new events to ``record`` and return them. Raise DataError for damage."""
        try:
            return [self._add(event) for event in self._journal.events()]
        except DataError:
            self.record = None
            raise

    def _add(self, event: Event) -> Event:
        if isinstance(event, Start):  # the first event, or a new journal in the same folder
            self.record = Record.of([event], self._journal.path)
        elif self.record is None:
            raise DataError(NO_START.format(self._journal.path))
        else:
            self.record.add(event, self._journal.path)
        return event


def read_record(folder: Path) -> Record | None:
    """Return the record in the folder of a run; None if it has no event.

    Raise DataError for damage.
    """
    return Record.of(Follower(folder).events(), folder / JOURNAL)


def run_status(folder: Path, record: Record | None) -> Status:
    """Return the status of the run in ``folder``, given its record."""
    if (record is None or not record.end) and is_held(folder):
        return Status.RUNNING
    return record.status if record else Status.PLANNED


def describe_certificate(certificate: Certificate) -> str:
    """Return in words what the check of a gradient has found."""
    layer, tolerance = certificate.wrong_layer, f"tolerance {certificate.tolerance:g}"
    if layer is not None:
        error = certificate.errors[layer - 1]
        if error == NOT_A_NUMBER:
            return f"the gradient of layer {layer} is wrong: it is not a number"
        return f"the gradient of layer {layer} is wrong: relative error {error:.2g}, {tolerance}"
    if not certificate.errors:
        return "the gradient could not be checked: the initial cost is not finite"
    largest = f"{certificate.largest_error:.1g}"
    return f"the gradient is right: largest relative error {largest}, {tolerance}"


def describe_end(end: End) -> str:
    """Return in words how a run ended."""
    seconds = f"{end.elapsed:.1f} s"
    if end.ended_after:
        seconds += f"; its schedule ended the training after epoch {end.ended_after}"
    if end.untested:
        return f"{CLOSED}, {seconds}"
    if end.status is Status.FINISHED:
        return (
            f"finished: test accuracy {end.metrics['test/accuracy']:.2%},"
            f" cost {end.metrics['test/cost']:.4f}, {seconds}"
        )
    hint = RESUME_HINT if end.status is Status.INTERRUPTED and not end.early else ""
    return f"{end.status}: {end.message}{hint}"
