"""The trained networks of runs: what they predict, and how their first weights came about."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.errors import UserError
from experiments.recording import weights as snapshots
from experiments.recording.record import NETWORK
from experiments.results import results
from experiments.results.commands import experiment
from nn import Network
from nn.arrays import Array


@dataclass(frozen=True)
class Predictions:
    """What a network makes of the validation set: a row an image, and the images.

    Columns: `label`, `predicted`, `correct`, `output` (the activation of the predicted class) and
    `output_of_label`. ``images [n, side, side]``.
    """

    table: pd.DataFrame
    images: Array


def examples(runs: pd.DataFrame) -> pd.DataFrame:
    """Return a finished run of each arm, of a frame from `comparison.named`.

    They share network and seed: those with most arms, the first of these. Raises UserError if no
    run has finished.
    """
    finished = runs[runs["status"] == "finished"]
    if finished.empty:
        raise UserError("no run has finished, so there is no trained network to look at")
    n_arms = finished.groupby(["network", "seed"], sort=False)["arm"].transform("nunique")
    first = finished[n_arms == n_arms.max()].iloc[0]
    alike = finished[["network", "seed"]].eq(first[["network", "seed"]]).all(axis=1)
    return finished[alike].drop_duplicates("arm")


def title(run: pd.Series) -> str:
    """Return what a run is, in the words of `comparison.named`."""
    return f"{run['network']} {run['arm']}, seed {run['seed']}"


def network(source: Path | str, run: pd.Series) -> Network:
    """Return a run's network after its last epoch. Raises UserError if it has not been kept."""
    from experiments.mirror.pyfunc_model import load_network  # imports MLflow

    path = results.files(source, run["identity"]) / NETWORK
    if not path.exists():
        raise UserError(f"{source}: the network of run {run['identity']} has not been kept")
    return load_network(path)


def first_layer(source: Path | str, run: pd.Series) -> dict[int, Array]:
    """Return the weights ``[in, out]`` of a run's first layer, by epoch; the last one's, at least.

    Raises UserError if its network has not been kept.
    """
    recorded = snapshots.load(results.files(source, run["identity"]))
    return recorded | {int(run["epochs_done"]): network(source, run).weights[0]}


def predictions(source: Path | str, run: pd.Series) -> Predictions:
    """Return what a run's network makes of its validation set.

    Raises UserError if the network or the data are not there, or the data are not those it learned
    from.
    """
    described = experiment(run)
    dataset = described.dataset.load(described.dtype)
    if dataset.sha256 != run["data"]:
        raise UserError(
            f"{described.dataset.root}: not the data that run {run['identity']} learned from"
        )
    split = dataset.validation
    outputs = network(source, run).predict(split.images)
    predicted, every = outputs.argmax(axis=1), np.arange(len(outputs))
    table = pd.DataFrame(
        {
            "label": split.labels,
            "predicted": predicted,
            "correct": predicted == split.labels,
            "output": outputs[every, predicted],
            "output_of_label": outputs[every, split.labels],
        }
    )
    return Predictions(table, as_pictures(split.images))


def as_pictures(rows: Array) -> Array:
    """Return rows of pixels ``[n, side * side]`` as ``[n, side, side]``.

    Raises UserError if they do not make a square.
    """
    side = math.isqrt(rows.shape[1])
    if side * side != rows.shape[1]:
        raise UserError(f"{rows.shape[1]} pixels do not make a square picture")
    return rows.reshape(-1, side, side)
