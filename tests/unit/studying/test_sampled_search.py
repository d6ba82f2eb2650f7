"""Tuning three hyper-parameters or more with Optuna's sampler."""

import math

import pytest
from synthetic_study import AXIS, EPOCHS, PRICE, World, better, budget, conducted, study

from experiments.comparison import Verdict
from experiments.results import RATE
from experiments.studying import Outcome, StudyJob
from experiments.studying.axis import DIGITS, Axis
from experiments.studying.sampled_search import AT_RANDOM, SampledSearch
from experiments.studying.search import Point, Trial

AXES = [Axis(0.01, 1, 5), Axis(0, 0.9, 4, "linear"), Axis(0.5, 20, 4)]
BEST = (0.1, 0.6, 2.0)


def accuracy(point: Point) -> float:
    """Return the height of a hill with its top at `BEST`."""
    rate, momentum, l2 = point
    far = (
        math.log(rate / BEST[0]) ** 2 + 4 * (momentum - BEST[1]) ** 2 + math.log(l2 / BEST[2]) ** 2
    )
    return 0.95 - 0.01 * far


def searched(points: int) -> SampledSearch:
    """Return a search that has spent its budget of so many points."""
    search = SampledSearch(AXES, points * PRICE, PRICE)
    while asked := search.ask():
        search.tell({point: Trial(accuracy(point), PRICE) for point in asked})
    return search


def test_it_finds_better_points_than_those_at_random() -> None:
    search = searched(60)
    first = max(map(accuracy, list(search.trials)[:AT_RANDOM]))
    assert accuracy(search.best) > max(first, 0.945)


@pytest.mark.parametrize("points", [AT_RANDOM, AT_RANDOM + 1, 33])
def test_the_budget_is_spent_and_the_same_points_are_tried_again(points: int) -> None:
    search = searched(points)
    assert len(search.trials) == points
    assert search.spent == search.budget
    assert searched(points).trials == search.trials


def test_a_best_value_at_an_end_of_a_range_is_at_its_limit() -> None:
    search = SampledSearch(AXES, PRICE, PRICE)
    search.trials[0.01, 0.9, 2.0] = Trial(0.9, PRICE)
    assert search.at_limit() == [(0, "below"), (1, "above")]


def test_points_lie_in_the_ranges_and_have_few_digits() -> None:
    for point in searched(33).trials:
        for axis, value in zip(AXES, point, strict=True):
            assert axis.low <= value <= axis.high
            assert value == float(f"{value:.{DIGITS}g}")


def test_a_study_of_three_hyper_parameters_has_a_verdict_and_can_be_repeated() -> None:
    made = study(
        blocks={"optimizer": ["momentum"]},
        tune={
            RATE: AXIS,
            "l2": {"low": 0.1, "high": 10, "points": 3},
            "optimizer.momentum": {"low": 0.5, "high": 0.9, "points": 3, "scale": "linear"},
        },
        budgets=budget(tuning_epochs=20 * PRICE),
    )

    def surface(job: StudyJob) -> float:
        return better("ce", by=0.02)(job) - 0.002 * abs(math.log(job.point[1]))

    first, second = (conducted(made, World(surface, spread=0.0005)) for _ in range(2))
    assert [each.best for each in first.searches.values()] == [
        each.best for each in second.searches.values()
    ]
    assert verdict(first) is verdict(second) is Verdict.A_BETTER
    assert all(each.spent == 20 * PRICE for each in first.searches.values())
    assert EPOCHS * len(first.runs) > 2 * 20 * PRICE


def verdict(outcome: Outcome) -> Verdict:
    """Return the only verdict of a study."""
    assert outcome.confirmed is not None
    (row,) = outcome.confirmed.comparison.rows
    return row.verdict


def test_a_search_over_few_points_ends_at_the_best_of_them() -> None:
    """Most proposals were tried before, so it ends before its budget."""
    few = Axis(1, 3, 3, "linear", whole=True)
    search = SampledSearch([few, few, few], 300 * PRICE, PRICE)
    while asked := search.ask():
        search.tell({point: Trial(sum(point) / 10, PRICE) for point in asked})
    assert AT_RANDOM <= len(search.trials) <= 3**3
    assert search.best == (3, 3, 3)
