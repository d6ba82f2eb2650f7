"""Slopes of functions: how exact, where there is none, and where they only look wrong."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from experiments.verifying.slopes import TOLERANCE, Slopes, slopes
from nn.arrays import Array

GRID = np.arange(-80, 81) / 4
Function: TypeAlias = Callable[[Array], Array]


def found(function: Function) -> Slopes:
    return slopes(lambda shift: function(GRID + shift))


@pytest.mark.parametrize(
    ("function", "derivative"),
    [
        (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
        (np.exp, np.exp),
        (lambda z: np.sin(50 * z), lambda z: 50 * np.cos(50 * z)),
        (lambda z: z**9, lambda z: 9 * z**8),
        (lambda z: np.maximum(z, 0) ** 2, lambda z: 2 * np.maximum(z, 0)),  # f'' jumps
        (
            lambda z: np.maximum(z, 0) + np.expm1(np.minimum(z, 0)),
            lambda z: np.exp(-np.abs(z)) ** (z < 0),
        ),
        (lambda z: np.maximum(z - 0.1, 0), lambda z: np.heaviside(z - 0.1, 0)),  # between points
    ],
)
def test_a_right_derivative_agrees_at_every_point(function: Function, derivative: Function) -> None:
    numeric, ours = found(function), derivative(GRID)
    comparison = numeric.comparison(ours)
    assert comparison.agrees
    assert (comparison.compared, comparison.total) == (len(GRID), len(GRID))
    assert numeric.note(ours) == ""
    assert numeric.rows(ours, [3, 5]) == [3, 5]


@pytest.mark.parametrize("place", [-20, -0.25, 0, 3, 20])
@pytest.mark.parametrize("factor", [1 + 1e-4, 0.0, np.nan])
def test_a_derivative_that_is_wrong_at_one_point_differs(place: float, factor: float) -> None:
    numeric, ours = found(np.sin), np.cos(GRID)
    wrong = int(np.flatnonzero(place == GRID).item())
    ours[wrong] *= factor
    assert not numeric.comparison(ours).agrees
    assert numeric.rows(ours, [3, 5])[0] == wrong
    assert "first row" in numeric.note(ours)


def test_a_small_slope_may_have_the_rounding_error_of_the_value() -> None:
    numeric = found(lambda z: 1 + 1e-9 * z)
    assert numeric.values != pytest.approx(np.full(len(GRID), 1e-9), rel=TOLERANCE)
    assert numeric.comparison(np.full(len(GRID), 1e-9)).agrees
    assert not numeric.comparison(np.full(len(GRID), 3e-9)).agrees
    assert numeric.comparison(np.ones(len(GRID))).rounding == pytest.approx(4.66e-10, rel=1e-3)


@pytest.mark.parametrize(
    ("function", "kinks"),
    [
        (np.abs, [0]),
        (lambda z: np.clip(z, -1, 1), [-1, 1]),
        (lambda z: np.maximum(z, 0.9999 * z), [0]),
        (lambda z: np.maximum(z - 3e-6, 0), [0]),  # inside of the step
        (lambda z: np.heaviside(z, 0), [0]),
    ],
)
def test_kinks_are_left_out_and_counted(function: Function, kinks: list[float]) -> None:
    numeric = found(function)
    assert GRID[~numeric.smooth].tolist() == kinks
    ours = numeric.values.copy()
    ours[~numeric.smooth] = 7
    comparison = numeric.comparison(ours)
    assert comparison.agrees
    assert (comparison.compared, comparison.total) == (len(GRID) - len(kinks), len(GRID))
    points = "1 point is" if len(kinks) == 1 else "2 points are"
    assert numeric.note(ours).startswith(f"{points} left out")
    at_kink = int(np.flatnonzero(~numeric.smooth)[0])
    assert numeric.rows(ours, [3, at_kink, 90]) == [3, 90]


def test_slopes_that_are_all_zero_show_nothing() -> None:
    numeric = found(np.zeros_like)
    assert numeric.comparison(np.zeros(len(GRID))).all_zero
    assert not numeric.comparison(np.ones(len(GRID))).all_zero
    assert not numeric.comparison(np.ones(len(GRID))).agrees
