"""Scales of axes and their ticks."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.mirror.scales import MOST_TICKS, Scale, fitting, linear_ticks, log_ticks


def test_a_linear_scale_keeps_ratios_of_differences() -> None:
    scale = Scale(1, 3, 100, 0)
    assert [scale.pixel(value) for value in (1, 2, 3)] == [100, 50, 0]


def test_a_logarithmic_scale_gives_equal_ratios_equal_distances() -> None:
    scale = Scale(0.01, 1, 100, 0, log=True)
    assert [scale.pixel(value) for value in (0.01, 0.1, 1)] == pytest.approx([100, 50, 0])


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_finite_number_has_no_place(value: float) -> None:
    assert math.isnan(Scale(1, 3, 0, 100).pixel(value))


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_only_positive_values_have_a_place_on_a_logarithmic_scale(value: float) -> None:
    assert math.isnan(Scale(1, 3, 0, 100, log=True).pixel(value))
    assert math.isfinite(Scale(1, 3, 0, 100).pixel(value))


@given(st.lists(st.floats(width=32), max_size=5), st.booleans())
def test_every_list_of_values_has_a_scale_on_which_they_fit(values: list[float], log: bool) -> None:
    scale = fitting(values, 0, 100, log=log)
    for value in values:
        at = scale.pixel(value)
        assert math.isnan(at) or 0 <= at <= 100


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("values", [[], [math.nan], [0.5], [0.5, 0.5]])
def test_a_scale_has_a_length_also_without_different_values(values: list[float], log: bool) -> None:
    scale = fitting(values, 0, 100, log=log)
    assert scale.low < scale.high


def test_linear_ticks_are_multiples_of_1_2_or_5() -> None:
    assert linear_ticks(0.62, 0.98) == pytest.approx([0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95])
    assert linear_ticks(-0.5, 31.5) == [0, 5, 10, 15, 20, 25, 30]


def test_ticks_of_epochs_are_whole_numbers() -> None:
    assert linear_ticks(0.9, 3.1, 1.0) == [1, 2, 3]


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_there_are_a_few_linear_ticks_in_every_range(low: float, length: float) -> None:
    ticks = linear_ticks(low, low + length)
    assert 1 < len(ticks) <= MOST_TICKS + 1


def test_logarithmic_ticks_are_1_2_and_5_or_powers_of_ten() -> None:
    assert log_ticks(0.02, 0.4) == pytest.approx([0.02, 0.05, 0.1, 0.2])
    assert log_ticks(1e-4, 1e2) == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100])
    assert len(log_ticks(1e-30, 1e30)) <= MOST_TICKS


def test_a_narrow_logarithmic_scale_has_the_ticks_of_a_linear_one() -> None:
    assert Scale(0.31, 0.36, 0, 100, log=True).ticks() == pytest.approx(
        [0.31, 0.32, 0.33, 0.34, 0.35, 0.36]
    )
