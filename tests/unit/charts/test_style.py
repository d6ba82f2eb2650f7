"""Colours, dashes and axes of charts."""

import math

import pytest

from experiments.charts.style import DASHES, keys, limits, ratios
from experiments.palette import COLOURS


def test_no_two_arms_are_drawn_alike() -> None:
    drawn = keys(map(str, range(3 * len(COLOURS))))
    assert len({(key.colour, key.dash) for key in drawn}) == len(drawn)
    assert [key.dash for key in drawn[:3]] == list(DASHES[:3])


def test_an_axis_shows_all_values_with_a_margin() -> None:
    low, high = limits([90.0, 92.0, math.nan])
    assert 89.5 < low < 90
    assert 92 < high < 92.5
    assert limits([99.9, 10.0], within=(0, 100))[1] == 100


@pytest.mark.parametrize("values", [[], [0.0], [5.0, 5.0]])
def test_an_axis_has_a_length(values: list[float]) -> None:
    low, high = limits(values)
    assert low < high


def test_a_logarithmic_axis_shows_all_values() -> None:
    low, high = ratios([0.01, 1.0])
    assert 0 < low < 0.01
    assert high > 1.0
    alone = ratios([0.5])
    assert alone[0] < 0.5 < alone[1]
