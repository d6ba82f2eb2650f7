"""Contrasts of a factorial design: main effects and interactions, one number for each seed.

Seeds are blocks: each seed has a run in every cell. A contrast is a weighted sum of the cells, and
so it is one number for each seed. Its mean over seeds is treated as the mean difference of a pair.

    main effect of A:  mean over the levels b of (y[a1, b] - y[a2, b])
    interaction:       (y[a1, b1] - y[a2, b1]) - (y[a1, b2] - y[a2, b2])

(Montgomery 2017, *Design and Analysis of Experiments*, section 5.3, with blocks section 5.6.)
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.comparison.cells import Cell, Design, Levels
from experiments.comparison.compared_arm import ComparedArm
from experiments.comparison.runs_by_seed import RunsBySeed, runs_by_seed
from experiments.recording import METRICS

INTERACTION = "interaction"
"""The name of the effect that is a difference of differences."""


@dataclass(frozen=True)
class Side:
    """One side of a contrast, which is side A minus side B: a weighted sum of cells."""

    name: str
    weights: Mapping[Levels, float]


@dataclass(frozen=True, kw_only=True)
class Contrast(RunsBySeed):
    """A main effect or an interaction in a condition.

    Side A of a main effect is the mean of its level over the levels of the other factor. Side A of
    an interaction is the difference of two levels of the first factor at a level of the second. The
    columns of values by seed are the names of the cells.
    """

    condition: str
    effect: str  # the factor of a main effect, or `INTERACTION`
    name: str  # which levels: `ce - mse`, or `ce - mse at sigmoid minus at softmax`
    side_a: Side
    side_b: Side
    cells: Sequence[Cell]  # those that have a weight

    @property
    def is_interaction(self) -> bool:
        """Return whether it is a difference of differences."""
        return self.effect == INTERACTION

    @property
    def arms(self) -> list[ComparedArm]:
        """The cells, with the seeds that all of them have."""
        seeds = tuple(map(int, self.values.index))
        return [replace(cell, common=seeds, chosen_on=self.chosen_on) for cell in self.cells]

    @property
    def sides(self) -> tuple[list[float], list[float]]:
        """The values of side A and of side B on each seed on which no run failed."""
        a, b = (self.learned @ self._by_name(side.weights) for side in (self.side_a, self.side_b))
        return a.tolist(), b.tolist()

    @property
    def image_error(self) -> float:
        """The standard error of the mean that is due to the test images; NaN if it is unknown."""
        a, b = self._by_name(self.side_a.weights), self._by_name(self.side_b.weights)
        return self.weighted_image_error(dict(zip(self.values.columns, a - b, strict=True)))

    def _by_name(self, weights: Mapping[Levels, float]) -> np.ndarray:
        """Return the weight of each cell, in the order of the columns."""
        return np.array([weights.get(cell.levels, 0.0) for cell in self.cells])


def contrasts(
    found: Iterable[Design], first: str, second: str, *, metric: str = METRICS[0]
) -> list[Contrast]:
    """Return all contrasts of designs in two factors, of which every cell has been run.

    These are the main effects of each pair of levels, over all levels of the other factor that the
    condition has, and the interactions of each pair of levels with each other pair.
    """
    return [
        contrast
        for design in found
        if design.is_crossed
        for contrast in [
            *_main_effects(design, first, design.first, design.second, metric),
            *_main_effects(design, second, design.second, design.first, metric),
            *_interactions(design, metric),
        ]
    ]


def _main_effects(
    design: Design, factor: str, levels: Sequence[str], others: Sequence[str], metric: str
) -> Iterator[Contrast]:
    """Yield the main effect of each pair of levels, if all cells have been run."""
    for a, b in itertools.combinations(levels, 2):
        sides = [_mean(each, others, of_second=levels is design.second) for each in (a, b)]
        yield from _contrast(design, factor, f"{a} - {b}", sides, metric)


def _interactions(design: Design, metric: str) -> Iterator[Contrast]:
    """Yield the interaction of each pair of levels with each other pair, if they have been run."""
    for pair in itertools.combinations(design.first, 2):
        for a, b in itertools.combinations(design.second, 2):
            name = f"{pair[0]} - {pair[1]} at {a} minus at {b}"
            sides = [_difference(pair, at) for at in (a, b)]
            yield from _contrast(design, INTERACTION, name, sides, metric)


def _mean(level: str, others: Sequence[str], *, of_second: bool = False) -> Side:
    """Return the mean of a level over the levels of the other factor."""
    cells = [(other, level) if of_second else (level, other) for other in others]
    return Side(level, dict.fromkeys(cells, 1 / len(cells)))


def _difference(pair: tuple[str, str], at: str) -> Side:
    """Return the difference of two levels of the first factor at a level of the second."""
    a, b = pair
    return Side(f"{a} - {b} at {at}", {(a, at): 1.0, (b, at): -1.0})


def _contrast(
    design: Design, effect: str, name: str, sides: Sequence[Side], metric: str
) -> Iterator[Contrast]:
    """Yield a contrast, or nothing if one of its cells has no run."""
    side_a, side_b = sides
    weighted = {**side_a.weights, **side_b.weights}
    if not weighted.keys() <= design.cells.keys():
        return
    cells = [cell for levels, cell in design.cells.items() if levels in weighted]
    together = runs_by_seed({cell.arm: cell.runs for cell in cells}, metric, design.needed)
    yield Contrast(
        condition=design.condition,
        effect=effect,
        name=name,
        side_a=side_a,
        side_b=side_b,
        cells=cells,
        values=together.values,
        failed=together.failed,
        correct=together.correct,
        chosen_on=together.chosen_on,
    )
