"""The trained networks of runs: their predictions, and the history of their first-layer weights."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas import Categorical

from experiments.data import IDXDataset
from experiments.errors import UserError
from experiments.recording import NETWORK, load_weights
from experiments.results.kept_files import read_network
from experiments.results.settings import AnyRow, experiment
from experiments.results.sources import files
from nn import Network
from nn.arrays import Array

COLOURS = (3, 4)
"""The numbers of channels of images in colour: red, green, blue and perhaps opacity."""


@dataclass(frozen=True)
class Predictions:
    """The outputs of a network for the validation set: one row per image, and the images.

    The columns are `label`, `predicted`, `correct`, `output` (the activation of the predicted
    class) and `output_of_label`. Labels are those in the data files, predicted ones too, or the
    names of the classes as ordered categories. The images have the shape ``[n, rows, columns]``, or
    ``[n, rows, columns, channels]`` in colour.
    """

    table: pd.DataFrame
    images: Array


def network(source: Path | str, run: AnyRow) -> Network:
    """Return the network of a run after its last epoch. Raise UserError if it was not kept."""
    path = files(source, run["identity"]) / NETWORK
    if not path.exists():
        raise UserError(f"{source}: the network of run {run['identity']} has not been kept")
    return read_network(path)


def first_layer(source: Path | str, run: AnyRow) -> dict[int, Array]:
    """Return the weights ``[in, out]`` of the first layer of a run, by epoch.

    They are the recorded ones, and those after the last epoch. Raise UserError if the network was
    not kept.
    """
    recorded = load_weights(files(source, run["identity"]))
    return recorded | {int(run["epochs_done"]): network(source, run).weights[0]}


def predictions(source: Path | str, run: AnyRow) -> Predictions:
    """Return the predictions of the network of a run for its validation set.

    Raise UserError if the network or the images are missing, or if the images are not those that
    the run learned from.
    """
    described = experiment(run)
    dataset = described.dataset.load(described.dtype)
    if dataset.sha256 != run["data"]:
        raise UserError(
            f"{described.dataset.root}: not the data that run {run['identity']} learned from"
        )
    split = dataset.validation
    outputs = network(source, run).predict(split.images)
    predicted, rows = outputs.argmax(axis=1), np.arange(len(outputs))
    table = pd.DataFrame(
        {
            "label": _labels(described.dataset, split.labels),
            "predicted": _labels(described.dataset, predicted),
            "correct": predicted == split.labels,
            "output": outputs[rows, predicted],
            "output_of_label": outputs[rows, split.labels],
        }
    )
    shape = described.dataset.files().train_images.shape[1:]
    return Predictions(table, _drawable(split.images.reshape(-1, *shape)))


def _drawable(images: Array) -> Array:
    """Return images without channels, or with those of colours; others are averaged."""
    coloured = images.ndim == 4 and images.shape[3] in COLOURS
    return images if images.ndim == 3 or coloured else images.mean(axis=3)


def _labels(data: IDXDataset, classes: npt.NDArray[np.intp]) -> npt.NDArray[np.intp] | Categorical:
    """Return classes as their labels, or as their names."""
    if not data.classes:
        return classes + data.first_label
    return Categorical.from_codes(classes, data.classes, ordered=True)


def square_images(rows: Array) -> Array:
    """Return rows of pixels ``[n, side * side]`` as images ``[n, side, side]``.

    Raise UserError if the number of pixels is not a square.
    """
    side = math.isqrt(rows.shape[1])
    if side * side != rows.shape[1]:
        raise UserError(f"{rows.shape[1]} pixels do not make a square image")
    return rows.reshape(-1, side, side)
