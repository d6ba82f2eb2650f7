"""The slopes of a function at many points, by central differences, and where it has none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.verifying.comparison import Comparison
from nn.arrays import Array

NAME = "finite differences"
END = 20
"""The points lie between this number with a minus and this number."""
STEP = 2.0**-16
"""The larger one of two steps. Points that are binary fractions move by exactly so much."""
TOLERANCE = 1e-6
"""Relative to each slope."""
ROUNDING = 16 * float(np.finfo(np.float64).eps)
"""The rounding error of a value, relative to it; of a value below one, absolute."""
LEAST = 2 * ROUNDING / STEP
"""The least error of a slope: that of a value of one at most, divided by the smaller step."""
KINK = 0.75
"""Half of the step halves the jump between the one-sided slopes of a smooth function, and leaves
that of a kink as it is; this lies between."""


@dataclass(frozen=True)
class Slopes:
    """Central differences ``values``, the error of each, and which points are ``smooth``.

    Where a function has a kink the slopes on both sides differ, and there is nothing to compare.
    """

    values: Array
    error: Array
    smooth: npt.NDArray[np.bool_]

    def relative_errors(self, ours: Array) -> Array:
        """Return the relative error of each of our slopes; 0 at a kink.

        A slope below its own error has no digits: its error is relative to a larger number, for
        which the tolerance allows just that error. A number that is none stays so.
        """
        largest = np.maximum(np.abs(ours), np.abs(self.values))
        with np.errstate(invalid="ignore"):
            errors = np.abs(ours - self.values) / np.maximum(largest, self.error / TOLERANCE)
        return np.where(self.smooth, errors, 0.0)

    def comparison(self, ours: Array) -> Comparison:
        """Return how far our slopes differ from these, where the function is smooth."""
        a, b = ours[self.smooth], self.values[self.smooth]
        with np.errstate(invalid="ignore"):
            absolute = float(np.max(np.abs(a - b), initial=0.0))
        relative = float(np.max(self.relative_errors(ours), initial=0.0))
        zero = not (a.any() or b.any())
        sizes, errors = (a.size, ours.size), (absolute, relative, TOLERANCE, LEAST)
        return Comparison(NAME, *sizes, *errors, all_zero=zero)

    def rows(self, ours: Array, shown: Sequence[int]) -> list[int]:
        """Return the flat indices of the points to show: the one that differs most, and no kink."""
        worst = self._worst(ours)
        return [*worst, *(each for each in shown if self.smooth.flat[each] and each not in worst)]

    def note(self, ours: Array) -> str:
        """Return how many points are left out, and that the first row is the one that differs."""
        n = int(np.count_nonzero(~self.smooth))
        points = "1 point is" if n == 1 else f"{n} points are"
        kinks = [f"{points} left out: a kink, where the slopes on both sides differ."]
        worst = ["The first row is the one with the largest relative error."]
        return "\n".join([*(kinks if n else []), *(worst if self._worst(ours) else [])])

    def _worst(self, ours: Array) -> list[int]:
        """Return the flat index of the largest error; nothing if all are within the tolerance."""
        errors = self.relative_errors(ours)
        return [] if np.all(errors <= TOLERANCE) else [int(np.argmax(errors))]


def slopes(function: Callable[[float], Array]) -> Slopes:
    """Return the slopes of a function, whose values at all points moved by a number it returns.

    Where two steps give two differences, for a jump of the curvature, this is a part of the error.
    """
    at, half = function(0.0), STEP / 2
    (after, before), (near, behind) = ([function(x), function(-x)] for x in (STEP, half))
    largest = np.maximum(1.0, np.maximum(np.abs(near), np.abs(behind)))
    with np.errstate(invalid="ignore", over="ignore"):
        values, wider = (near - behind) / STEP, (after - before) / (2 * STEP)
        jump, at_half = _jump(before, at, after, STEP), _jump(behind, at, near, half)
        rounding = ROUNDING * largest / half
        error = rounding + 2 * np.abs(values - wider)
    return Slopes(values, error, ~((at_half > KINK * jump) & (at_half > 2 * rounding)))


def _jump(before: Array, at: Array, after: Array, step: float) -> Array:
    """Return by how much the slopes on both sides differ."""
    jump: Array = np.abs((after - at) - (at - before)) / step
    return jump
