"""The ranges of an experiment's numbers."""

import math
from dataclasses import replace

import pytest

from experiments.configuration import Experiment, build, compose


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
