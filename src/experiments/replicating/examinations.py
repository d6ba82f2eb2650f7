"""Sentences about trained networks that no accuracy decides: weights and predictions do."""

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
from experiments.training import confusion_matrix

SAYS = {
    "strokes": "training makes neighbouring weights of the first layer alike, as strokes need",
    "affine": "without activations, the layers collapse into one affine map",
    "overlapping_digits": "a network without hidden layers takes more 3s for 8s, and 8s for 3s",
}
"""The sentences of the text by the names of their examinations."""
STROKES, AFFINE, OVERLAPPING = SAYS.values()
PAIR = (3, 8)
"""The digits that overlap."""
RATE = "optimizer.learning_rate"


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
        return Hypothesis(STROKES, Answer.UNDECIDED, f"finished runs: {len(values)}, 2 are needed")
    low = min(_interval(values[:, 0] - values[:, other], 1 - LEVEL)[0] for other in (1, 2))
    trained, initial, shuffled = values.mean(axis=0)
    return Hypothesis(
        STROKES,
        Answer.HOLDS if low > 0 else Answer.UNDECIDED,
        f"Moran's I, the correlation of the weights of pixels side by side: {trained:.2f} after"
        f" training, {initial:.2f} before, {shuffled:.2f} with shuffled pixels, {len(values)}"
        " seeds; larger shapes than strokes would give it, too",
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


def overlapping_digits(outputs: Path, runs: pd.DataFrame) -> Hypothesis:
    """Return whether networks without hidden layers confuse the digits of `PAIR` more often.

    Each architecture is taken at the learning rate with the highest mean validation accuracy. The
    confused images of the test set are compared with those of each other architecture, seed by
    seed. The sentence holds if all of Student's intervals of the mean difference lie above 0, and
    does not hold if one lies below; together they are right with a probability of `LEVEL`.
    """
    counts = _best_rates(runs).assign(
        confused=lambda best: [_confused(outputs, run) for _, run in best.iterrows()]
    )
    by_seed = counts.pivot(index="seed", columns="architecture", values="confused").dropna()
    linear = [name for name in by_seed if name.count("-") == 1]
    others = [name for name in by_seed if name not in linear]
    if len(linear) != 1 or not others or len(by_seed) < 2:
        needed = "two seeds of a network without hidden layers and of another one are needed"
        return Hypothesis(OVERLAPPING, Answer.UNDECIDED, needed)
    differences = [(by_seed[linear[0]] - by_seed[other]).to_numpy(float) for other in others]
    intervals = [_interval(each, (1 - LEVEL) / len(others)) for each in differences]
    answer = Answer.HOLDS if min(low for low, _ in intervals) > 0 else Answer.UNDECIDED
    if min(high for _, high in intervals) < 0:
        answer = Answer.FAILS
    means = ", ".join(f"{by_seed[name].mean():.1f} ({name})" for name in (*linear, *others))
    more = ", ".join(f"[{low:+.1f}, {high:+.1f}]" for low, high in intervals)
    return Hypothesis(
        OVERLAPPING,
        answer,
        f"confused images of the test set: {means}; more without hidden layers: {more},"
        f" {len(by_seed)} seeds",
    )


def _best_rates(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs at the best learning rate of each architecture."""
    accuracies = runs.groupby(["architecture", RATE], observed=True)["validation/accuracy"].mean()
    best = set(accuracies.groupby(level="architecture", observed=True).idxmax())
    return runs[[pair in best for pair in zip(runs["architecture"], runs[RATE], strict=True)]]


def _confused(outputs: Path, run: pd.Series) -> int:
    """Return how many test images of one digit of `PAIR` a network takes for the other."""
    described = experiment(run)
    test = described.dataset.load(described.dtype).test
    counts = confusion_matrix(network(outputs, run), test)
    return int(counts[PAIR] + counts[PAIR[::-1]])


EXAMINATIONS: Mapping[str, Callable[[Path, pd.DataFrame], Hypothesis]] = {
    "strokes": strokes,
    "affine": affine,
    "overlapping_digits": overlapping_digits,
}
"""The examinations by their names in a preset."""


def _interval(values: np.ndarray, alpha: float) -> tuple[float, float]:
    """Return Student's interval of the mean, which misses it with a probability of ``alpha``."""
    n, mean = len(values), float(np.mean(values))
    half = float(stats.t.ppf(1 - alpha / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return mean - half, mean + half


def _inked(run: pd.Series) -> np.ndarray:
    """Return which pixels are not white in all training images of a run."""
    described = experiment(run)
    return np.asarray(described.dataset.load(described.dtype).train.images.any(axis=0))


def _images(run: pd.Series) -> np.ndarray:
    described = experiment(run)
    return described.dataset.load(described.dtype).validation.images
