"""Tuning on a grid: coarse at first, beyond its edges, then finer around the best."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.studying.search import Point, Search, Trial

REFINEMENTS = 4
"""The points between the best and its neighbours on an axis: at half and a quarter of a step."""


@dataclass
class GridSearch(Search):
    """A search over one or two axes, on a grid that is extended and refined."""

    @property
    def fewest(self) -> int:
        """The number of points of the coarse grid."""
        return math.prod(axis.points for axis in self.axes)

    @property
    def expected(self) -> int:
        """The number of points that are tried if the best lies inside of the coarse grid."""
        return self.fewest + len(self.axes) * REFINEMENTS

    def ask(self) -> list[Point]:
        """Return the points to try next, as many as the budget allows; none if it is spent.

        First it is the coarse grid. While the best value lies at an edge of an axis, it is the next
        value beyond. Otherwise it is the middle between the best value and its neighbours. Points
        that were tried are not repeated.
        """
        wanted = self._wanted() if self.trials else list(self._coarse())
        new = [point for point in dict.fromkeys(wanted) if point not in self.trials]
        return new[: self.affordable]

    def at_edge(self) -> list[int]:
        """Return the numbers of the axes at whose edge the best value lies."""
        return [number for number in range(len(self.axes)) if self._outside(number)]

    def at_limit(self) -> list[tuple[int, str]]:
        """Return the axes whose best value is the last one within the limits."""
        return [
            (number, "below" if step < 0 else "above")
            for number, axis in enumerate(self.axes)
            for step in self._steps_outside(number)
            if axis.beyond(self.best[number], steps=step) is None
        ]

    def line(self, number: int) -> list[Trial]:
        """Return the trials along an axis through the best point."""
        return [self.trials[self._at(number, value)] for value in self._line(number)]

    def _coarse(self) -> Sequence[Point]:
        return list(itertools.product(*(axis.grid() for axis in self.axes)))

    def _wanted(self) -> list[Point]:
        edges = [value for number in range(len(self.axes)) for value in self._outside(number)]
        if edges:
            return edges
        return [value for number in range(len(self.axes)) for value in self._inside(number)]

    def _outside(self, number: int) -> list[Point]:
        """Return the points beyond the edge of an axis, if the best lies there."""
        axis, value = self.axes[number], self.best[number]
        moved = [axis.beyond(value, steps=step) for step in self._steps_outside(number)]
        return [self._at(number, each) for each in moved if each is not None]

    def _steps_outside(self, number: int) -> list[int]:
        """Return the steps that lead out of the values that were tried, from the best one."""
        tried, value = self._line(number), self.best[number]
        return [step for step, edge in ((-1, tried[0]), (1, tried[-1])) if value == edge]

    def _inside(self, number: int) -> list[Point]:
        """Return the points between the best and its neighbours on an axis."""
        axis, tried = self.axes[number], self._line(number)
        index = tried.index(self.best[number])
        neighbours = [tried[each] for each in (index - 1, index + 1) if 0 <= each < len(tried)]
        middle = [axis.between(self.best[number], each) for each in neighbours]
        return [self._at(number, each) for each in middle if each is not None]

    def _line(self, number: int) -> list[float]:
        """Return the values of an axis that were tried with the best values of all others."""
        best = self._at(number, math.nan)
        return sorted(
            point[number]
            for point in self.trials
            if all(a == b for i, (a, b) in enumerate(zip(point, best, strict=True)) if i != number)
        )

    def _at(self, number: int, value: float) -> Point:
        return (*self.best[:number], value, *self.best[number + 1 :])
