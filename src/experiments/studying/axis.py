"""A hyper-parameter that a study tunes: its range, the coarse grid, and the steps beyond it."""

import math
from typing import Literal

from msgspec import Struct

from experiments.configuration import override
from experiments.errors import ConfigError

DIGITS = 3
"""Significant digits of the values that are tried."""
ROUND = 2e-3
"""The relative change that a value on a logarithmic scale may undergo to become rounder. So the
values around ``low: 0.01, high: 3.16`` are 1 and 10, not 0.999 and 9.99."""
FINEST = 1 / 4
"""The smallest step, as a fraction of the step of the coarse grid."""


class Axis(Struct, frozen=True, forbid_unknown_fields=True):
    """A range of numbers, and the values in it that are tried first.

    ``low`` is the smallest of them. ``high`` is the largest, above the smallest. ``points`` is how
    many they are. Their distances are equal on the ``scale``. The search may leave the range if the
    best value lies at its edge, but it tries no value below ``at_least`` or above ``at_most``,
    which the option itself excludes: a momentum above 1. With ``whole`` only whole numbers are
    tried, as for a batch size.
    """

    low: float
    high: float
    points: int
    scale: Literal["log", "linear"] = "log"
    at_least: float = -math.inf
    at_most: float = math.inf
    whole: bool = False

    def check(self, name: str) -> None:
        """Raise ConfigError, which names the axis, unless it is a range with three points or more.

        With fewer points the best value always lies at an edge. The points must differ in the
        digits that are tried.
        """
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ConfigError(f"{name}: low={self.low:g} must be below high={self.high:g}")
        if self.scale == "log" and self.low <= 0:
            raise ConfigError(
                f"{name}: low={self.low:g} must be positive on a logarithmic scale; scale: linear"
                " has no such limit"
            )
        if not self.at_least <= self.low < self.high <= self.at_most:
            raise ConfigError(
                f"{name}: low={self.low:g} to high={self.high:g} must lie within"
                f" at_least={self.at_least:g} and at_most={self.at_most:g}"
            )
        if self.points < 3:
            raise ConfigError(f"{name}: points={self.points} must be 3 or more")
        grid = self.grid()
        if (grid[0], grid[-1]) != (self.low, self.high) or len(set(grid)) < self.points:
            raise ConfigError(
                f"{name}: low={self.low:g} to high={self.high:g} with {self.points} points needs"
                f" {self._needed}, which a study does not try"
            )

    def rounded(self, value: float) -> float:
        """Return a value of the range with the digits that are tried."""
        return min(max(self._short(value), self.low), self.high)

    def grid(self) -> list[float]:
        """Return the values of the coarse grid, from ``low`` to ``high``."""
        first, last = self._position(self.low), self._position(self.high)
        step = (last - first) / (self.points - 1)
        return [self._value(first + number * step) for number in range(self.points)]

    @property
    def ends(self) -> tuple[float, float]:
        """The range."""
        return self.low, self.high

    @property
    def limits(self) -> list[float]:
        """The limits that the axis has."""
        return [limit for limit in (self.at_least, self.at_most) if math.isfinite(limit)]

    @property
    def second(self) -> float:
        """A value between the first two of the grid, or the second one: with the most digits."""
        first, second, *_ = self.grid()
        middle = self.between(first, second)
        return second if middle is None else middle

    def beyond(self, value: float, *, steps: int) -> float | None:
        """Return the value that is some steps of the coarse grid away; None if there is none.

        There is none beyond the limits. On a linear scale that begins at zero or above there is
        none below zero.
        """
        moved = self._value(self._position(value) + steps * self._step)
        below_zero = self.scale == "linear" and self.low >= 0 > moved
        return moved if self.at_least <= moved <= self.at_most and not below_zero else None

    def between(self, a: float, b: float) -> float | None:
        """Return the value in the middle of two neighbours; None if the step would be too fine."""
        first, second = sorted((self._position(a), self._position(b)))
        if second - first < 2 * FINEST * self._step * (1 - 1e-2):
            return None
        middle = self._value((first + second) / 2)
        return None if middle in (a, b) else middle

    @property
    def _step(self) -> float:
        return (self._position(self.high) - self._position(self.low)) / (self.points - 1)

    def _position(self, value: float) -> float:
        return math.log(value) if self.scale == "log" else value

    def _value(self, position: float) -> float:
        return self._short(math.exp(position) if self.scale == "log" else position)

    def override(self, name: str, value: float) -> str:
        """Return the override that gives an option a value of this axis."""
        return override(name, int(value) if self.whole else value)

    def _short(self, value: float) -> float:
        shorter = [
            float(f"{round(value) if self.whole else value:.{digits}g}")
            for digits in range(1, DIGITS + 1)
        ]
        exact = shorter[-1]
        if self.scale == "linear" or exact in (self.low, self.high):
            return exact
        return next(each for each in shorter if abs(each - exact) <= ROUND * exact)

    @property
    def _needed(self) -> str:
        if self.whole:
            return f"other numbers than whole ones with {DIGITS} significant digits"
        return f"more than {DIGITS} significant digits"
