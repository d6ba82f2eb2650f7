"""Checkpoints: the complete state of a training run in one file.

A run that continues from a checkpoint computes the same bits as a run that was never stopped. The
file is a NumPy archive (.npz, no pickle) followed by its SHA-256: the parameters, the parameters of
the best epoch, the moments of the optimizer, and as JSON the position in the training, the state of
the random generator, and the origin of the run. A new checkpoint replaces the old one after it is
safe on the disk, and the old one is kept as the previous checkpoint.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from experiments.errors import CheckpointError
from experiments.recording import CHECKPOINT, PREVIOUS_CHECKPOINT, Origin, write_atomically
from experiments.running.identity import differences
from experiments.training import Progress
from nn import Network
from nn.arrays import Array

DIGEST_SIZE = hashlib.sha256().digest_size
PARAMETERS = "parameters"
BEST_PARAMETERS = "best_parameters"
POSITION = "position"


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """The position in the training; see `experiments.training.Progress`."""

    origin: Origin
    steps: int  # of the optimizer
    order: dict[str, Any]  # state of the generator of the order of examples
    accuracies: list[float]
    batches: int
    gradient_norms: list[float]
    seconds: float


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint that was read from a file."""

    arrays: Mapping[str, Array]
    position: Position

    @property
    def epochs(self) -> int:
        """Number of complete epochs."""
        return len(self.position.accuracies)

    def restore(self, network: Network, progress: Progress) -> None:
        """Overwrite network and progress, as initialised for the same run, with the saved ones."""
        network.parameters[:] = self.arrays[PARAMETERS]
        progress.best_parameters[:] = self.arrays[BEST_PARAMETERS]
        for name, moment in progress.state.moments.items():
            moment[:] = self.arrays[name]
        progress.state.steps = self.position.steps
        progress.order.bit_generator.state = self.position.order
        progress.accuracies = list(self.position.accuracies)
        progress.batches = self.position.batches
        progress.gradient_norms = list(self.position.gradient_norms)
        progress.seconds = self.position.seconds


def save(folder: Path, network: Network, progress: Progress, origin: Origin) -> None:
    """Write a checkpoint to the folder of a run.

    Raise OSError if that fails; the last checkpoint is then unchanged.
    """
    position = Position(
        origin=origin,
        steps=progress.state.steps,
        order=dict(progress.order.bit_generator.state),
        accuracies=progress.accuracies,
        batches=progress.batches,
        gradient_norms=progress.gradient_norms,
        seconds=progress.seconds,
    )
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {
        PARAMETERS: network.parameters,
        BEST_PARAMETERS: progress.best_parameters,
        POSITION: np.array(json.dumps(msgspec.to_builtins(position))),  # NaN is allowed
        **progress.state.moments,
    }
    np.savez(buffer, **arrays)
    archive = buffer.getvalue()
    contents = archive + hashlib.sha256(archive).digest()
    write_atomically(folder / CHECKPOINT, contents, previous=folder / PREVIOUS_CHECKPOINT)


def load(folder: Path, origin: Origin, *, epochs: int) -> tuple[Checkpoint | None, str]:
    """Return the newest usable checkpoint in the folder of a run, and a remark about the others.

    A usable checkpoint is not damaged and has at most ``epochs`` complete epochs; without one the
    first value is None. Raise CheckpointError, naming the differences, if a checkpoint has another
    origin: code, data, configuration or processor.
    """
    remarks = []
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        checkpoint = _read(folder / name)
        if checkpoint is None and (folder / name).exists():
            remarks.append(f"{name} is damaged")
        elif checkpoint is not None:
            found = differences(checkpoint.position.origin, origin)
            if found:
                raise CheckpointError(
                    f"{folder / name}: this run cannot continue from the checkpoint:"
                    f" {'; '.join(found)}. rerun=true starts the run again"
                )
            if checkpoint.epochs <= epochs:
                return checkpoint, ", ".join(remarks)
            remarks.append(f"{name} has more epochs than the journal")
    return None, ", ".join(remarks)


def made_elsewhere(folder: Path, origin: Origin) -> str:
    """Return how the processor of the last checkpoint differs, if nothing else does.

    An empty text means that a run can continue, or that `load` says why it cannot.
    """
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        checkpoint = _read(folder / name)
        if checkpoint is not None:
            before = checkpoint.position.origin
            same = msgspec.structs.replace(before, processor=origin.processor)
            return "" if differences(same, origin) else "; ".join(differences(before, origin))
    return ""


def remove(folder: Path, *, keep_last: bool = False) -> None:
    """Remove the checkpoints of a finished run, and temporary files that a crash left.

    With ``keep_last`` the last checkpoint stays: the test set is opened from it later.
    """
    last = () if keep_last else (folder / CHECKPOINT,)
    for path in (*folder.rglob("*.tmp"), folder / PREVIOUS_CHECKPOINT, *last):
        path.unlink(missing_ok=True)


def _read(path: Path) -> Checkpoint | None:
    """Return a checkpoint; None if it is missing or damaged."""
    if not path.is_file():
        return None
    try:
        contents = path.read_bytes()
    except OSError:
        return None
    archive, digest = contents[:-DIGEST_SIZE], contents[-DIGEST_SIZE:]
    if hashlib.sha256(archive).digest() != digest:
        return None
    try:
        with np.load(io.BytesIO(archive), allow_pickle=False) as saved:
            arrays = dict(saved)
        position = msgspec.convert(json.loads(str(arrays.pop(POSITION))), Position)
    except (ValueError, KeyError):  # it was written by another version of this project
        return None
    return Checkpoint(arrays, position)
