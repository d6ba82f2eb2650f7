"""The ranges of an experiment's numbers."""

import math
from dataclasses import replace

import pytest

from experiments.configuration import Experiment, build, compose
from nn import StopOnPlateau


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    return build(compose())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("epochs", 0),
        ("epochs", -3),
        ("batch_size", 0),
        ("l2", -1.0),
        ("l2", math.nan),
        ("l2", math.inf),
        ("seed", -1),
    ],
)
def test_a_number_out_of_its_range_is_named(
    experiment: Experiment, name: str, value: float
) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be .*, not {value}$"):
        replace(experiment, **{name: value})


@pytest.mark.parametrize(
    ("name", "value"), [("epochs", 1), ("batch_size", 1), ("l2", 0.0), ("seed", 0)]
)
def test_the_smallest_allowed_numbers(experiment: Experiment, name: str, value: float) -> None:
    assert getattr(replace(experiment, **{name: value}), name) == value


def test_training_ends_after_the_last_epoch_or_by_the_schedule(experiment: Experiment) -> None:
    made = replace(experiment, epochs=4, schedule=StopOnPlateau(patience=2))
    assert not made.is_trained([])
    assert not made.is_trained([0.5, 0.5])
    assert made.is_trained([0.5, 0.5, 0.5])
    assert not made.is_trained([0.5, 0.6, 0.7])
    assert made.is_trained([0.5, 0.6, 0.7, 0.8])
