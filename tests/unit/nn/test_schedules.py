"""Learning-rate schedules: tables of factors by epoch."""

import itertools
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn import (
    Constant,
    Cosine,
    Exponential,
    HalveOnPlateau,
    Schedule,
    Step,
    StopOnPlateau,
)

ACCURACIES = st.lists(st.floats(0, 1), max_size=30)


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        (Constant(), [1, 1, 1, 1, 1]),
        (Step(every=2, gamma=0.5), [1, 1, 0.5, 0.5, 0.25]),
        (Step(every=1, gamma=0.1), [1, 0.1, 0.01, 0.001, 0.0001]),
        (Exponential(gamma=0.9), [1, 0.9, 0.81, 0.729, 0.6561]),
        (Cosine(epochs=4), [1, (2 + math.sqrt(2)) / 4, 0.5, (2 - math.sqrt(2)) / 4]),
        (Cosine(epochs=1), [1]),
    ],
)
def test_factor_by_epoch(schedule: Schedule, factors: list[float]) -> None:
    computed = [schedule.factor(epoch, [0.5] * (epoch - 1)) for epoch in range(1, len(factors) + 1)]
    assert computed == pytest.approx(factors, rel=1e-14)


@pytest.mark.parametrize(
    ("patience", "accuracies", "halvings"),
    [
        (1, [], 0),
        (1, [0.5], 0),
        (1, [0.5, 0.6, 0.7], 0),
        (1, [0.5, 0.5], 1),
        (1, [0.5, 0.4, 0.3, 0.2], 3),
        (2, [0.5, 0.5], 0),
        (2, [0.5, 0.5, 0.5], 1),
        (2, [0.5, 0.5, 0.5, 0.5], 1),
        (2, [0.5, 0.5, 0.5, 0.5, 0.5], 2),
        (2, [0.5, 0.4, 0.6, 0.5], 0),  # a new best resets the count
        (2, [0.9, 0.5, 0.5, 0.6, 0.7], 2),  # better than the last, but not the best
        (2, [0.9, 0.5, 0.5, 0.95, 0.5, 0.5], 2),
        (10, [0.9] * 10, 0),
        (10, [0.9] * 11, 1),
        (10, [0.9] * 21, 2),
    ],
)
def test_each_plateau_halves_the_rate(
    patience: int, accuracies: list[float], halvings: int
) -> None:
    schedule = HalveOnPlateau(patience)
    assert schedule.factor(len(accuracies) + 1, accuracies) == 0.5**halvings


@given(accuracies=ACCURACIES, patience=st.integers(1, 5))
def test_plateaus_never_raise_the_rate(accuracies: list[float], patience: int) -> None:
    schedule = HalveOnPlateau(patience)
    factors = [schedule.factor(n + 1, accuracies[:n]) for n in range(len(accuracies) + 1)]
    assert factors[0] == 1
    for before, after in itertools.pairwise(factors):
        assert after in {before, before / 2}
    assert factors[-1] >= 0.5 ** (len(accuracies) // patience)


# The end of a training


@pytest.mark.parametrize(
    ("patience", "accuracies", "epochs"),
    [
        (1, [0.5, 0.6, 0.7], None),
        (1, [0.5, 0.5], 2),
        (1, [0.5, 0.6, 0.4, 0.9], 3),
        (2, [0.5, 0.4, 0.6, 0.5], None),  # a new best resets the count
        (2, [0.5, 0.4, 0.6, 0.6, 0.6], 5),  # an equal one does not
        (2, [0.9, 0.5, 0.6, 0.7], 3),  # better than the last, but not the best
        (10, [0.9] * 10, None),
        (10, [0.9] * 11, 11),
    ],
)
def test_a_plateau_ends_the_training(
    patience: int, accuracies: list[float], epochs: int | None
) -> None:
    schedule = StopOnPlateau(patience)
    assert epochs_of(schedule, accuracies) == epochs
    assert {schedule.factor(n + 1, accuracies[:n]) for n in range(len(accuracies))} == {1.0}


def epochs_of(schedule: Schedule, accuracies: list[float]) -> int | None:
    """Return the number of epochs after which a schedule ends a training with accuracies."""
    numbers = range(len(accuracies) + 1)
    return next((n for n in numbers if schedule.ended(accuracies[:n])), None)


@pytest.mark.parametrize(
    ("smallest", "epochs", "last"),
    [
        (1 / 128, 17, 1 / 128),  # two epochs at each of 1, 1/2, ..., 1/128, after the first one
        (0.0078125, 17, 1 / 128),
        (0.01, 15, 1 / 64),
        (1.0, 3, 1.0),
        (None, None, 2.0**-9),
    ],
)
def test_the_training_ends_when_the_next_factor_would_be_below_the_smallest(
    smallest: float | None, epochs: int | None, last: float
) -> None:
    schedule, accuracies = HalveOnPlateau(2, smallest), [0.5] * 20
    assert epochs_of(schedule, accuracies) == epochs
    trained = epochs or len(accuracies)
    assert schedule.factor(trained, accuracies[: trained - 1]) == last


@given(
    accuracies=ACCURACIES,
    patience=st.integers(1, 5),
    smallest=st.sampled_from([None, 1.0, 0.5, 1 / 128]),
)
def test_a_training_that_has_ended_stays_ended(
    accuracies: list[float], patience: int, smallest: float | None
) -> None:
    for schedule in (StopOnPlateau(patience), HalveOnPlateau(patience, smallest)):
        ended = [schedule.ended(accuracies[:n]) for n in range(len(accuracies) + 1)]
        assert ended == sorted(ended)
        assert not ended[0]
        assert schedule.may_end or not any(ended)


@given(accuracies=ACCURACIES)
def test_other_schedules_end_no_training(accuracies: list[float]) -> None:
    for schedule in (Constant(), Step(2, 0.5), Exponential(0.9), Cosine(3), HalveOnPlateau(1)):
        assert not schedule.ended(accuracies)
        assert not schedule.may_end


@pytest.mark.parametrize("smallest", [0, -0.5, 1.5, math.inf, math.nan])
def test_a_smallest_factor_out_of_range_is_refused(smallest: float) -> None:
    with pytest.raises(
        ValueError, match=f"smallest must be above 0 and at most 1, not {smallest}$"
    ):
        HalveOnPlateau(1, smallest)


@given(epoch=st.integers(1, 100), gamma=st.floats(0.5, 1), every=st.integers(1, 10))
def test_factors_are_positive_and_at_most_one(epoch: int, gamma: float, every: int) -> None:
    for schedule in (Constant(), Step(every, gamma), Exponential(gamma), Cosine(100)):
        assert 0 < schedule.factor(epoch, [0.5] * (epoch - 1)) <= 1


@pytest.mark.parametrize("make", [lambda gamma: Step(1, gamma), Exponential])
@pytest.mark.parametrize("gamma", [0, -0.5, 1.1, math.inf, math.nan])
def test_gamma_out_of_range_is_refused(make: Callable[[float], Schedule], gamma: float) -> None:
    with pytest.raises(ValueError, match=f"gamma must be above 0 and at most 1, not {gamma}$"):
        make(gamma)


@pytest.mark.parametrize("number", [0, -3])
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda n: Step(n, 0.5), "every"),
        (Cosine, "epochs"),
        (HalveOnPlateau, "patience"),
        (StopOnPlateau, "patience"),
    ],
)
def test_epochs_out_of_range_are_refused(
    make: Callable[[int], Schedule], name: str, number: int
) -> None:
    with pytest.raises(ValueError, match=rf"{name} must be at least 1.*, not {number}$"):
        make(number)
