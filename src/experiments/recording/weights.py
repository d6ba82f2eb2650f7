"""The first layer's weights as they were after some epochs, kept for pictures of them."""

import io
from pathlib import Path

import numpy as np

from experiments.recording import atomic
from nn.arrays import Array

WEIGHTS = "weights"
"""The folder of them, in a run's."""


def save(folder: Path, epoch: int, weights: Array) -> None:
    """Write ``weights [in, out]`` of a run's first layer; raises OSError if that cannot be done."""
    place = folder / WEIGHTS
    place.mkdir(exist_ok=True)
    buffer = io.BytesIO()
    np.save(buffer, weights, allow_pickle=False)
    atomic.write(place / f"{epoch:04}.npy", buffer.getvalue())


def load(folder: Path) -> dict[int, Array]:
    """Return what was kept of a run, by epoch; 0 is before the first."""
    return {int(file.stem): np.load(file, allow_pickle=False) for file in files(folder)}


def files(folder: Path) -> list[Path]:
    """Return the files of what was kept of a run, in the order of epochs."""
    return sorted((folder / WEIGHTS).glob("*.npy"), key=lambda file: int(file.stem))
