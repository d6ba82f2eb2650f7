"""The metrics of an epoch: their names, and whether they are finite."""

import math
from dataclasses import replace

import numpy as np
import pytest
from networks import network
from trainings import CLASSES, FEATURES, training

from experiments.training import CLOCK, EpochMetrics, Evaluation


@pytest.fixture(scope="module")
def metrics() -> EpochMetrics:
    """The metrics of one epoch of a network with three layers."""
    (found,) = training(network([FEATURES, 5, 4, CLASSES]), epochs=1)
    return found


def test_each_metric_has_its_name(metrics: EpochMetrics) -> None:
    named = metrics.by_name()
    assert named["train/cost"] == metrics.train.cost
    assert named["train/loss"] == metrics.train.loss
    assert named["train/accuracy"] == metrics.train.accuracy
    assert named["validation/cost"] == metrics.validation.cost
    assert named["validation/loss"] == metrics.validation.loss
    assert named["validation/accuracy"] == metrics.validation.accuracy
    norms = tuple(named[f"weight_norm/{layer}"] for layer in (1, 2, 3))
    assert norms == metrics.weight_norms
    expected = {
        f"{split}/{kind}"
        for split in ("train", "validation")
        for kind in ("cost", "loss", "accuracy")
    }
    expected |= {f"weight_norm/{layer}" for layer in (1, 2, 3)}
    expected |= {f"saturated/{layer}" for layer in (1, 2)}
    expected |= {f"error_norm/{layer}" for layer in (1, 2, 3)}
    expected |= {f"output/{kind}" for kind in ("error", "slope", "delta", "saturated_and_wrong")}
    expected |= {"learning_rate", "minibatch_gradient_norm", *CLOCK}
    assert set(named) == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(
    "field",
    [
        "train",
        "validation",
        "learning_rate",
        "minibatch_gradient_norm",
        "weight_norms",
        "diagnostics",
    ],
)
def test_one_metric_that_is_not_finite_is_found(
    metrics: EpochMetrics, field: str, value: float
) -> None:
    assert metrics.finite
    wrong = {
        "train": Evaluation(value, 0.5, np.array([True, False])),
        "validation": Evaluation(0.5, value, np.array([True, False])),
        "weight_norms": (1.0, value, 1.0),
        "diagnostics": {**metrics.diagnostics, "output/delta": value},
    }
    assert not replace(metrics, **{field: wrong.get(field, value)}).finite
