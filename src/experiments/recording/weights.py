"""The weights of a run's first layer after some of its epochs."""

import io
from pathlib import Path

import numpy as np
from numpy.lib.format import read_array

from experiments.errors import DataError
from experiments.recording.atomic import write_atomically
from experiments.recording.layout import WEIGHTS
from experiments.recording.plain_files import read_file
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
    """Return the weights ``[in, out]`` in the folder of a run, by epoch; 0 is before the first.

    Raise DataError, naming the file, if one of them is damaged.
    """
    return {int(file.stem): _load(file) for file in weight_files(folder)}


def _load(file: Path) -> Array:
    try:
        loaded: Array = read_array(io.BytesIO(read_file(file)), allow_pickle=False)
    except (EOFError, SyntaxError, ValueError) as error:
        raise DataError(f"{file}: is no file of weights, or damaged: {error}") from None
    return loaded


def weight_files(folder: Path) -> list[Path]:
    """Return the weight files in the folder of a run, ordered by epoch; others are left out."""
    files = (file for file in (folder / WEIGHTS).glob("*.npy") if file.stem.isdecimal())
    return sorted(files, key=lambda file: int(file.stem))
