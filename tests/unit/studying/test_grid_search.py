"""The search for the best point: coarse grid, beyond the edges, then finer."""

import math
from collections.abc import Callable
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from experiments.studying.axis import FINEST, Axis
from experiments.studying.grid_search import GridSearch, Point, Trial

RATES = Axis(0.01, 1, 3)
DECAYS = Axis(0, 1, 3, "linear")
PRICE = 6
ENOUGH = 1000 * PRICE


def searched(
    search: GridSearch, accuracy: Callable[[Point], float], *, rounds: int = 1000
) -> list[list[Point]]:
    """Search on a response surface; return the points of each round."""
    asked = []
    while (points := search.ask()) and len(asked) < rounds:
        asked.append(points)
        search.tell({point: Trial(accuracy(point), search.price) for point in points})
    return asked


def distance(a: float, b: float) -> float:
    """Return the distance of two rates in steps of the coarse grid of `RATES`."""
    return abs(math.log10(a / b))


def near(*best: float) -> Callable[[Point], float]:
    """Return a surface with one maximum: of a rate, or of a rate and a decay."""
    return lambda point: (
        -distance(point[0], best[0])
        - sum(abs(a - b) for a, b in zip(point[1:], best[1:], strict=True))
    )


def test_the_first_points_are_the_coarse_grid() -> None:
    assert GridSearch([RATES], ENOUGH, PRICE).ask() == [(0.01,), (0.1,), (1,)]
    both = GridSearch([RATES, DECAYS], ENOUGH, PRICE).ask()
    assert both == [(rate, decay) for rate in RATES.grid() for decay in DECAYS.grid()]


def test_between_the_best_and_its_neighbours_it_becomes_finer() -> None:
    asked = searched(GridSearch([RATES], ENOUGH, PRICE), near(0.1))
    assert asked[1:] == [[(0.0316,), (0.316,)], [(0.0562,), (0.178,)]]


def test_the_search_leaves_the_range_at_either_edge() -> None:
    above = searched(GridSearch([RATES], ENOUGH, PRICE), near(30), rounds=4)
    assert above[1:] == [[(10,)], [(100,)], [(3.16,), (31.6,)]]
    below = searched(GridSearch([RATES], ENOUGH, PRICE), near(0.001), rounds=3)
    assert below[1:] == [[(0.001,)], [(0.0001,)]]


def test_an_edge_that_has_nothing_beyond_is_refined() -> None:
    search = GridSearch([DECAYS], ENOUGH, PRICE)
    asked = searched(search, lambda point: -point[0])
    assert asked[1:] == [[(0.25,)], [(0.125,)]]
    assert search.best == (0,)
    assert search.at_edge() == []


def test_an_edge_that_the_budget_does_not_leave_is_named() -> None:
    search = GridSearch([RATES, DECAYS], 9 * PRICE, PRICE)
    searched(search, near(100, 0.5))
    assert search.best == (1, 0.5)
    assert search.at_edge() == [0]


def test_of_equal_points_the_smallest_is_the_best() -> None:
    search = GridSearch([RATES], 3 * PRICE, PRICE)
    searched(search, lambda point: 0.5)
    assert search.best == (0.01,)


def test_the_line_through_the_best_point_has_the_trials_along_one_axis() -> None:
    search = GridSearch([RATES, DECAYS], 9 * PRICE, PRICE)
    searched(search, near(0.1, 0.5))
    assert search.line(0) == [search.trials[rate, 0.5] for rate in (0.01, 0.1, 1)]
    assert search.line(1) == [search.trials[0.1, decay] for decay in (0, 0.5, 1)]


@given(best=st.floats(1e-5, 1e3), points=st.integers(3, 7))
def test_the_only_maximum_is_found_to_one_finest_step(best: float, points: int) -> None:
    search = GridSearch([Axis(0.01, 0.01 * 10 ** (points - 1), points)], ENOUGH, PRICE)
    searched(search, near(best))
    assert distance(search.best[0], best) <= FINEST + 0.01, "0.01 is for three digits"


@given(rate=st.floats(1e-4, 1e2), decay=st.floats(0, 3))
def test_the_only_maximum_over_two_axes_is_found(rate: float, decay: float) -> None:
    search = GridSearch([RATES, DECAYS], ENOUGH, PRICE)
    searched(search, near(rate, decay))
    assert distance(search.best[0], rate) <= FINEST + 0.01
    assert abs(search.best[1] - decay) <= 0.5 * FINEST + 0.01


@given(
    points=st.integers(9, 40),
    left=st.integers(0, PRICE - 1),
    accuracies=st.randoms(use_true_random=False),
    two=st.booleans(),
)
def test_no_point_is_repeated_and_no_budget_exceeded(
    points: int, left: int, accuracies: Random, two: bool
) -> None:
    search = GridSearch([RATES, DECAYS] if two else [RATES], points * PRICE + left, PRICE)
    asked = searched(search, lambda point: accuracies.random())
    tried = [point for round_ in asked for point in round_]
    assert len(set(tried)) == len(tried) == len(search.trials)
    assert search.spent == len(tried) * PRICE <= search.budget
    assert search.ask() == []
    assert search.trials[search.best].accuracy == max(
        trial.accuracy for trial in search.trials.values()
    )


def test_points_that_cost_less_than_their_price_leave_epochs_for_others() -> None:
    search = GridSearch([RATES], 4 * PRICE, PRICE)
    search.tell({(rate,): Trial(-distance(rate, 0.1), 4) for rate in RATES.grid()})
    assert search.spent == 12
    assert search.ask() == [(0.0316,), (0.316,)]
