"""Axes: the coarse grid, the values beyond it, and those between two values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.errors import ConfigError
from experiments.studying.axis import DIGITS, FINEST, Axis


@st.composite
def axes(draw: st.DrawFn) -> Axis:
    """Return an axis whose ends have few digits, and whose values are far apart."""
    scale = draw(st.sampled_from(["log", "linear"]))
    points = draw(st.integers(3, 7))
    low = draw(st.sampled_from([0.0001, 0.003, 0.1, 1.0, 20.0]))
    if scale == "log":
        return Axis(low, float(f"{low * draw(st.integers(10, 900)):.3g}"), points)
    low = draw(st.sampled_from([low, 0.0, -low]))
    return Axis(
        low, float(f"{low + abs(low or 1) * draw(st.integers(2, 9)):.3g}"), points, "linear"
    )


def digits(value: float) -> int:
    return len(f"{value:.15g}".lstrip("-0.").replace(".", "").partition("e")[0].rstrip("0"))


@given(axis=axes())
def test_the_grid_goes_from_the_lowest_to_the_highest_value(axis: Axis) -> None:
    axis.check("axis")
    grid = axis.grid()
    assert len(grid) == axis.points
    assert (grid[0], grid[-1]) == (axis.low, axis.high)
    assert grid == sorted(set(grid))
    assert all(digits(value) <= DIGITS for value in grid)


def test_the_values_of_a_grid_are_equally_spaced_on_its_scale() -> None:
    assert Axis(0.01, 1, 5).grid() == [0.01, 0.0316, 0.1, 0.316, 1]
    assert Axis(0, 1, 5, "linear").grid() == [0, 0.25, 0.5, 0.75, 1]


def test_a_value_that_is_round_but_for_the_digits_of_the_ends_is_round() -> None:
    axis = Axis(0.01, 3.16, 6)
    assert axis.grid() == [0.01, 0.0316, 0.1, 0.316, 1, 3.16]
    assert (axis.beyond(3.16, steps=1), axis.beyond(0.01, steps=-2)) == (10, 0.001)
    assert Axis(0.999, 9.99, 3).grid() == [0.999, 3.16, 9.99]
    assert Axis(0.333, 0.999, 3, "linear").grid() == [0.333, 0.666, 0.999]


@given(axis=axes(), number=st.integers(0, 5))
def test_the_value_between_two_neighbours_lies_between_them(axis: Axis, number: int) -> None:
    grid = axis.grid()
    a, b = grid[number % (len(grid) - 1)], grid[number % (len(grid) - 1) + 1]
    middle = axis.between(a, b)
    assert middle is not None
    assert a < middle < b
    assert axis.between(b, a) == middle
    quarter = axis.between(a, middle)
    assert quarter is not None
    assert a < quarter < middle
    assert axis.between(a, quarter) is None, f"finer than {FINEST} of a step"


def test_the_middle_on_a_logarithmic_scale_is_the_geometric_mean() -> None:
    assert Axis(0.01, 1, 3).between(0.01, 0.1) == pytest.approx(0.0316)
    assert Axis(0, 1, 3, "linear").between(0.5, 1) == 0.75


@given(axis=axes())
def test_the_values_beyond_are_one_step_of_the_grid_away(axis: Axis) -> None:
    grid = axis.grid()
    above = axis.beyond(grid[-1], steps=1)
    assert above is not None
    assert above > axis.high
    below = axis.beyond(grid[0], steps=-1)
    assert below is None or below < axis.low
    if axis.scale == "log":
        assert below is not None
        assert above / axis.high == pytest.approx(grid[1] / grid[0], rel=0.02)
        assert axis.low / below == pytest.approx(grid[1] / grid[0], rel=0.02)


def test_a_linear_axis_above_zero_has_no_value_below_zero() -> None:
    assert Axis(0, 1, 3, "linear").beyond(0, steps=-1) is None
    assert Axis(0.5, 1.5, 3, "linear").beyond(0.5, steps=-1) == 0
    assert Axis(-1, 1, 3, "linear").beyond(-1, steps=-1) == -2


def test_there_is_no_value_beyond_the_limits() -> None:
    momentum = Axis(0.5, 0.9, 3, "linear", at_least=0.5, at_most=0.99)
    momentum.check("momentum")
    assert momentum.beyond(0.9, steps=1) is None
    assert momentum.beyond(0.5, steps=-1) is None
    assert momentum.beyond(0.5, steps=1) == 0.7


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        (Axis(1, 1, 3), "rate: low=1 must be below high=1"),
        (Axis(2, 1, 3), "rate: low=2 must be below high=1"),
        (Axis(0.1, math.inf, 3), "rate: low=0.1 must be below high=inf"),
        (Axis(math.nan, 1, 3), "rate: low=nan must be below high=1"),
        (Axis(0, 1, 3), "rate: low=0 must be positive on a logarithmic scale"),
        (Axis(-1, 1, 3), "rate: low=-1 must be positive on a logarithmic scale"),
        (Axis(0.1, 1, 2), "rate: points=2 must be 3 or more"),
        (
            Axis(0.5, 0.9, 3, "linear", at_most=0.8),
            "rate: low=0.5 to high=0.9 must lie within at_least=-inf and at_most=0.8",
        ),
        (Axis(0.1234, 1, 3), "rate: low=0.1234 to high=1 with 3 points"),
        (Axis(1000, 1002, 3, "linear"), "rate: low=1000 to high=1002 with 3 points"),
        (Axis(1, 2, 3000), "rate: low=1 to high=2 with 3000 points"),
    ],
)
def test_a_range_that_is_none_is_refused(axis: Axis, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        axis.check("rate")
    assert str(caught.value).startswith(message)


def test_an_axis_of_whole_numbers_tries_no_others() -> None:
    sizes = Axis(8, 128, 5, whole=True)
    sizes.check("batch_size")
    assert sizes.grid() == [8, 16, 32, 64, 128]
    assert sizes.between(8, 16) == 11
    assert sizes.between(11, 16) == 13
    assert sizes.beyond(128, steps=1) == 256
    assert sizes.override("batch_size", 11.0) == "batch_size=11"
    assert Axis(0.5, 2, 3).override("l2", 1.0) == "l2=1.0"
    with pytest.raises(ConfigError, match=r"^epochs: low=0\.5 to high=4 .* whole ones"):
        Axis(0.5, 4, 4, whole=True).check("epochs")


def test_the_second_value_is_one_that_refinement_tries() -> None:
    assert Axis(0.01, 1, 3).second == 0.0316
    assert Axis(8, 128, 5, whole=True).second == 11
