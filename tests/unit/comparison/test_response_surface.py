"""`experiments.comparison.response_surface`: the best point by the smoothed accuracy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.comparison import best_point

RATES = [[0.01], [0.03], [0.06], [0.1], [0.18], [0.3], [1.0]]


def parabola(rates: list[list[float]], peak: float, fall: float) -> list[float]:
    """Return accuracies that fall by ``fall`` a factor of e away from the peak."""
    return [0.95 - fall * math.log(rate / peak) ** 2 for (rate,) in rates]


@given(peak=st.floats(0.005, 2), fall=st.floats(1e-4, 0.02))
def test_without_noise_it_is_the_highest(peak: float, fall: float) -> None:
    accuracies = parabola(RATES, peak, fall)
    assert accuracies[best_point(RATES, accuracies)] == pytest.approx(max(accuracies), abs=1e-9)


def test_one_lucky_point_does_not_win_against_the_others() -> None:
    accuracies = parabola(RATES, 0.1, 0.002)
    accuracies[1] = accuracies[3] + 0.0005
    assert RATES[best_point(RATES, accuracies)] == [0.1]


def test_points_far_below_the_best_change_nothing() -> None:
    """At high rates a network diverges, which is no parabola."""
    rates = [[0.01], [0.03], [0.1], [0.3], [1.0], [3.0]]
    accuracies = [0.93, 0.945, 0.95, 0.945, 0.1, 0.1]
    assert best_point(rates, accuracies) == best_point(rates[:4], accuracies[:4]) == 2


@given(st.lists(st.floats(0.9, 0.95), min_size=1, max_size=3))
def test_up_to_three_points_are_taken_as_they_are(accuracies: list[float]) -> None:
    points = [[0.1 * (number + 1)] for number in range(len(accuracies))]
    assert best_point(points, accuracies) == accuracies.index(max(accuracies))


def test_of_equal_points_it_is_the_smallest_whatever_their_order() -> None:
    points = [[1.0, 0.1], [0.1, 1.0], [0.1, 0.1]]
    assert best_point(points, [0.9, 0.9, 0.9]) == 2
    assert best_point(points[::-1], [0.9, 0.9, 0.9]) == 0


def test_a_valley_has_no_maximum_so_its_highest_point_is_the_best() -> None:
    assert best_point(RATES, parabola(RATES, 0.02, -0.0001)) == len(RATES) - 1


def test_two_axes_one_of_which_has_a_zero() -> None:
    """The one with a zero is taken as it is, the other one in logarithms."""
    points = [[rate, momentum] for (rate,) in RATES for momentum in (0.0, 0.3, 0.6, 0.9)]
    truth = [0.95 - 0.002 * math.log(rate / 0.1) ** 2 - 0.02 * (m - 0.6) ** 2 for rate, m in points]
    noise = np.random.default_rng(0).normal(0, 0.0005, len(points))
    assert points[best_point(points, list(np.add(truth, noise)))] == [0.1, 0.6]


@given(order=st.permutations(range(len(RATES))))
def test_the_order_of_the_points_does_not_matter(order: list[int]) -> None:
    accuracies = list(parabola(RATES, 0.11, 0.003) + np.sin(np.arange(len(RATES))) / 1000)
    found = best_point([RATES[i] for i in order], [accuracies[i] for i in order])
    assert order[found] == best_point(RATES, accuracies)
