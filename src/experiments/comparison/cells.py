"""The cells of a factorial design: the runs of each pair of levels, in every condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from experiments.comparison.arms import CONDITION, LEVELS, crossed
from experiments.comparison.compared_arm import ComparedArm
from experiments.comparison.failures import Failures
from experiments.comparison.opened import opened
from experiments.comparison.power import fewest_seeds
from experiments.comparison.runs_by_seed import runs_by_seed
from experiments.recording import METRICS
from experiments.results import RATE

Levels = tuple[str, str]
"""A level of the first factor and one of the second."""


@dataclass(frozen=True, kw_only=True)
class Cell(ComparedArm):
    """The runs of one level of each factor in a condition."""

    levels: Levels
    mean: float  # of the runs that did not fail, on the common seeds; NaN if there are none
    failures: Failures  # on the common seeds

    @property
    def learning_rate(self) -> float:
        """The best learning rate."""
        return float(self.runs[RATE].iloc[0])


@dataclass(frozen=True, kw_only=True)
class Design:
    """All cells of a condition that have runs, and the levels of both factors there."""

    condition: str
    first: Sequence[str]
    second: Sequence[str]
    cells: Mapping[Levels, Cell]
    needed: int  # as in `runs_by_seed`

    @property
    def is_crossed(self) -> bool:
        """Return whether both factors have several levels."""
        return len(self.first) > 1 and len(self.second) > 1


def designs(
    runs: pd.DataFrame,
    first: str,
    second: str,
    *,
    metric: str = METRICS[0],
    needed: int = fewest_seeds(),
) -> list[Design]:
    """Return the cells of every condition, from runs as from `tuned`. Levels are sorted.

    Runs whose test set is closed are left out if the metric needs it. ``needed`` is that of
    `runs_by_seed`.
    """
    runs = opened(runs, metric)
    if runs.empty:
        return []
    named = crossed(runs, first, second)
    return [
        Design(
            condition=str(condition),
            first=sorted({*same[LEVELS[0]]}),
            second=sorted({*same[LEVELS[1]]}),
            cells=_cells(str(condition), same, metric, needed),
            needed=needed,
        )
        for condition, same in named.groupby(CONDITION, sort=True)
    ]


def _cells(condition: str, same: pd.DataFrame, metric: str, needed: int) -> dict[Levels, Cell]:
    """Return the cells of the runs of one condition."""
    parts = {(str(a), str(b)): part for (a, b), part in same.groupby(list(LEVELS), sort=True)}
    names = {levels: " ".join(levels) for levels in parts}
    together = runs_by_seed({names[levels]: part for levels, part in parts.items()}, metric, needed)
    common = tuple(map(int, together.values.index))
    cells = {}
    for levels, part in parts.items():
        failed = together.failed[names[levels]].astype(bool)
        cells[levels] = Cell(
            condition=condition,
            arm=names[levels],
            runs=part,
            common=common,
            chosen_on=together.chosen_on,
            levels=levels,
            mean=float(together.values[names[levels]][~failed].mean()),
            failures=Failures(int(failed.sum()), len(failed)),
        )
    return cells
