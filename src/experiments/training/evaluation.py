"""Evaluate a network on a split: cost, loss, accuracy and confusion matrix."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.examples import Split
from nn import Network
from nn.arrays import Array


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Mean cost, mean loss, and ``correct [n]``: which images are classified correctly.

    The cost includes the penalty for large weights, the loss does not. So losses can be compared
    between penalties.
    """

    cost: float
    loss: float
    correct: npt.NDArray[np.bool_]

    @property
    def accuracy(self) -> float:
        """The fraction of images that are classified correctly."""
        return float(np.mean(self.correct))


def evaluate(network: Network, split: Split, *, penalty: float) -> Evaluation:
    """Evaluate: the cost is the loss plus ``penalty`` times the sum of squared weights."""
    logits = network.logits(split.images)
    cost = loss = network.loss.value(logits, split.targets)
    if penalty:
        cost += penalty * norm(network.parameters[: network.n_weights]) ** 2
    return Evaluation(cost, loss, logits.argmax(axis=1) == split.labels)


def confusion_matrix(network: Network, split: Split) -> npt.NDArray[np.intp]:
    """Return how often each label (row) was predicted as each class (column), ``[k, k]``."""
    k = split.targets.shape[1]
    predicted = network.logits(split.images).argmax(axis=1)
    return np.bincount(split.labels * k + predicted, minlength=k * k).reshape(k, k)


def constant_guess(train: Split, test: Split) -> float:
    """Return the accuracy on ``test`` of always answering the most frequent class of ``train``.

    Of equally frequent classes the first is the answer.
    """
    answer = np.bincount(train.labels).argmax()
    return float(np.mean(test.labels == answer))


def norm(vector: Array) -> float:
    """Return the L2 norm of ``vector [n]``."""
    return math.sqrt(float(vector @ vector))
