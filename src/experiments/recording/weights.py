"""The weights of a run's first layer after some of its epochs."""

import io
from pathlib import Path

import numpy as np

from experiments.recording.atomic import write_atomically
from experiments.recording.layout import WEIGHTS
from nn.arrays import Array


def save_weights(folder: Path, epoch: int, weights: Array) -> None:
    """Write the weights ``[in, out]`` of a first layer to the folder of a run.

    Raise OSError if that fails.
    """
    (folder / WEIGHTS).mkdir(exist_ok=True)
    buffer = io.BytesIO()
    np.save(buffer, weights, allow_pickle=False)
    write_atomically(folder / WEIGHTS / f"{epoch:04}.npy", buffer.getvalue())


def load_weights(folder: Path) -> dict[int, Array]:
    """Return the weights ``[in, out]`` in the folder of a run, by epoch; 0 is before the first."""
    return {int(file.stem): np.load(file, allow_pickle=False) for file in weight_files(folder)}


def weight_files(folder: Path) -> list[Path]:
    """Return the weight files in the folder of a run, ordered by epoch."""
    return sorted((folder / WEIGHTS).glob("*.npy"), key=lambda file: int(file.stem))
