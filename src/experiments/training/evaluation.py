"""Evaluate a network on a split: cost, accuracy and confusion matrix."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.examples import Split
from nn import Network
from nn.arrays import Array


@dataclass(frozen=True)
class Evaluation:
    """Mean cost, penalty included, and accuracy in [0, 1] on one split."""

    cost: float
    accuracy: float


def evaluate(network: Network, split: Split, *, penalty: float) -> Evaluation:
    """Return mean cost, with ``penalty`` times the sum of squared weights, and accuracy."""
    logits = network.logits(split.images)
    cost = network.loss.value(logits, split.targets)
    if penalty:
        cost += penalty * norm(network.parameters[: network.n_weights]) ** 2
    return Evaluation(cost, float(np.mean(logits.argmax(axis=1) == split.labels)))


def confusion_matrix(network: Network, split: Split) -> npt.NDArray[np.intp]:
    """Return how often each label (row) was predicted as each class (column), ``[k, k]``."""
    k = split.targets.shape[1]
    predicted = network.logits(split.images).argmax(axis=1)
    return np.bincount(split.labels * k + predicted, minlength=k * k).reshape(k, k)


def norm(vector: Array) -> float:
    """Return the L2 norm of ``vector [n]``."""
    return math.sqrt(float(vector @ vector))
