"""Sentences about trained networks that no comparison of arms decides: their weights do."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from experiments.errors import UserError
from experiments.recording import Status
from experiments.replicating.affine import largest_difference
from experiments.replicating.agreement import LEVEL
from experiments.replicating.hypotheses import Answer, Hypothesis
from experiments.replicating.strokes import autocorrelation, permuted
from experiments.results import experiment, first_layer, network

SAYS = {
    "strokes": "training makes neighbouring weights of the first layer alike, as in strokes",
    "affine": "without activations, the layers collapse into one affine map",
}
"""The sentences of the text by the names of their examinations."""
STROKES, AFFINE = SAYS.values()


def examined(names: list[str], outputs: Path, runs: pd.DataFrame) -> list[Hypothesis]:
    """Return the verdicts of examinations, by their names in a preset, of finished runs."""
    finished = runs[runs["status"] == Status.FINISHED.value]
    return [_examined(name, outputs, finished) for name in names]


def _examined(name: str, outputs: Path, runs: pd.DataFrame) -> Hypothesis:
    """Return the verdict of an examination; none without the networks or the images."""
    try:
        return EXAMINATIONS[name](outputs, runs)
    except UserError as error:
        return Hypothesis(SAYS[name], Answer.UNDECIDED, str(error))


def strokes(outputs: Path, runs: pd.DataFrame) -> Hypothesis:
    """Return whether neighbouring first-layer weights are more alike than chance makes them.

    The measure of a run is the mean of `autocorrelation` over the neurons and the pixels that a
    training image inks. The sentence holds if, over the runs, the interval of the difference to the
    initial weights, and that to trained weights with shuffled pixels, lies above 0.
    """
    measured = []
    for _, run in runs.iterrows():
        weights = first_layer(outputs, run)
        used = _inked(run)
        trained = weights[int(run["epochs_done"])]
        shuffled = permuted(trained, used, np.random.default_rng(int(run["seed"])))
        if 0 not in weights:
            raise UserError("the initial weights are not recorded; record_weights=[0] records them")
        kinds = (trained, weights[0], shuffled)
        measured.append([float(autocorrelation(each, used).mean()) for each in kinds])
    values = np.array(measured).reshape(-1, 3)
    if len(values) < 2:
        return Hypothesis(STROKES, Answer.UNDECIDED, f"{len(values)} finished runs, 2 are needed")
    low = min(_lowest(values[:, 0] - values[:, other]) for other in (1, 2))
    trained, initial, shuffled = values.mean(axis=0)
    return Hypothesis(
        STROKES,
        Answer.HOLDS if low > 0 else Answer.UNDECIDED,
        f"Moran's I of neighbouring weights: {trained:.2f} after training, {initial:.2f} before,"
        f" {shuffled:.2f} with shuffled pixels, {len(values)} seeds",
    )


def affine(outputs: Path, runs: pd.DataFrame) -> Hypothesis:
    """Return whether the logits of networks without activations are those of one affine map.

    They are if all are equal up to rounding: the largest difference is below the bound ``n u`` for
    a sum of n terms, relative to the largest logit, where u is the unit of the type (Higham 2002,
    *Accuracy and Stability of Numerical Algorithms*, section 3.1).
    """
    if runs.empty:
        return Hypothesis(AFFINE, Answer.UNDECIDED, "no run has finished")
    worst, bound, n = 0.0, 0.0, 0
    for _, run in runs.iterrows():
        trained = network(outputs, run)
        images = _images(run)
        worst = max(worst, largest_difference(trained, images))
        bound = max(bound, trained.sizes[0] * float(np.finfo(trained.parameters.dtype).eps))
        n += 1
    answer = Answer.HOLDS if worst < bound else Answer.FAILS
    return Hypothesis(
        AFFINE,
        answer,
        f"the largest difference of the logits of {n} networks is {worst:.1e} of the largest logit,"
        f" rounding allows {bound:.1e}",
    )


EXAMINATIONS: Mapping[str, Callable[[Path, pd.DataFrame], Hypothesis]] = {
    "strokes": strokes,
    "affine": affine,
}
"""The examinations by their names in a preset."""


def _lowest(differences: np.ndarray) -> float:
    """Return the lower end of Student's interval of the mean."""
    n = len(differences)
    quantile = float(stats.t.ppf((1 + LEVEL) / 2, n - 1))
    return float(np.mean(differences) - quantile * np.std(differences, ddof=1) / np.sqrt(n))


def _inked(run: pd.Series) -> np.ndarray:
    """Return which pixels are not white in all training images of a run."""
    described = experiment(run)
    return np.asarray(described.dataset.load(described.dtype).train.images.any(axis=0))


def _images(run: pd.Series) -> np.ndarray:
    described = experiment(run)
    return described.dataset.load(described.dtype).validation.images
