"""Checkpoints: all that a run needs to go on to the same bits, in a file that is whole or refused.

The file is a NumPy archive (.npz, without pickle) followed by the SHA-256 of it: the parameters,
those of the epoch best on validation, the optimizer's moments, and as JSON the place in the
training, the state of the random generator, and the origin of the run. A new one takes the place of
the last once it is safe on the disk, and that of the one before is kept.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.errors import CheckpointError
from experiments.recording import atomic
from experiments.running.identity import Origin, differences
from experiments.training.train import Progress
from nn import Network
from nn.arrays import Array

CHECKPOINT = "checkpoint.npz"
PREVIOUS = "checkpoint.previous.npz"
DIGEST_SIZE = hashlib.sha256().digest_size
PARAMETERS = "parameters"
CHOSEN = "chosen"
DESCRIPTION = "description"


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint read from a file: its arrays, and the rest."""

    arrays: Mapping[str, Array]
    description: Mapping[str, Any]

    @property
    def epochs(self) -> int:
        """Epochs done."""
        return len(self.description["accuracies"])

    def restore(self, network: Network, progress: Progress) -> None:
        """Make network and progress, as built for the same run, those that were saved."""
        network.parameters[:] = self.arrays[PARAMETERS]
        progress.chosen[:] = self.arrays[CHOSEN]
        for name, moment in progress.state.moments.items():
            moment[:] = self.arrays[name]
        description = self.description
        progress.state.steps = description["steps"]
        progress.order.bit_generator.state = description["order"]
        progress.accuracies = list(description["accuracies"])
        progress.batches = description["batches"]
        progress.gradient_norms = list(description["gradient_norms"])
        progress.seconds = description["seconds"]


def save(folder: Path, network: Network, progress: Progress, made_from: Origin) -> None:
    """Write a checkpoint. Raises OSError, with the last one as it was, if that cannot be done."""
    description = {
        "origin": made_from,
        "steps": progress.state.steps,
        "order": progress.order.bit_generator.state,
        "accuracies": progress.accuracies,
        "batches": progress.batches,
        "gradient_norms": progress.gradient_norms,
        "seconds": progress.seconds,
    }
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {
        PARAMETERS: network.parameters,
        CHOSEN: progress.chosen,
        DESCRIPTION: np.array(json.dumps(description)),
        **progress.state.moments,
    }
    np.savez(buffer, **arrays)
    archive = buffer.getvalue()
    contents = archive + hashlib.sha256(archive).digest()
    atomic.write(folder / CHECKPOINT, contents, previous=folder / PREVIOUS)


def load(folder: Path, made_from: Origin, *, epochs: int) -> tuple[Checkpoint | None, str]:
    """Return the newest checkpoint of at most ``epochs`` epochs, and what there is to say of it.

    None if there is none. A damaged file is passed over, which is said. Raises CheckpointError,
    saying
    what differs, if one was made by other code, data, configuration or on another processor.
    """
    remarks = []
    for name in (CHECKPOINT, PREVIOUS):
        checkpoint = _read(folder / name)
        if checkpoint is None and (folder / name).exists():
            remarks.append(f"{name} is damaged")
        elif checkpoint is not None:
            found = differences(checkpoint.description["origin"], made_from)
            if found:
                raise CheckpointError(
                    f"{folder / name}: cannot go on from it, it was made otherwise:"
                    f" {'; '.join(found)}. rerun=true starts the run over"
                )
            if checkpoint.epochs <= epochs:
                return checkpoint, ", ".join(remarks)
            remarks.append(f"{name} is ahead of the journal")
    return None, ", ".join(remarks)


def remove(folder: Path) -> None:
    """Remove the checkpoints of a run that has ended for good, and files that a crash left torn."""
    for path in (*folder.rglob("*.tmp"), folder / PREVIOUS, folder / CHECKPOINT):
        path.unlink(missing_ok=True)


def _read(path: Path) -> Checkpoint | None:
    """Return a checkpoint; None if it is not there or damaged."""
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
        return Checkpoint(arrays, json.loads(str(arrays.pop(DESCRIPTION))))
    except (ValueError, KeyError):  # whole, but not one of ours
        return None
