"""The test curve: the test set scored after each epoch, which training and choices never see."""

import math

import numpy as np

from experiments.configuration import Experiment
from experiments.examples import Dataset
from experiments.training import DivergenceError, evaluate
from nn import Network


def curve_metrics(
    experiment: Experiment, network: Network, dataset: Dataset, epoch: int
) -> dict[str, float]:
    """Return the metrics of the test set after an epoch, by name; none unless they are asked for.

    Their names differ from those of the test set at the end of a run. Raise DivergenceError if one
    of them is not finite.
    """
    if not experiment.test_curve:
        return {}
    with np.errstate(over="ignore", invalid="ignore"):
        found = evaluate(network, dataset.test, penalty=experiment.l2 / (2 * len(dataset.train)))
    metrics = {
        "test_curve/cost": found.cost,
        "test_curve/loss": found.loss,
        "test_curve/accuracy": found.accuracy,
    }
    if not all(map(math.isfinite, metrics.values())):
        raise DivergenceError(epoch)
    return metrics
