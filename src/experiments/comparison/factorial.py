"""Two factors at once: main effects and their interaction in every condition, with verdicts."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from experiments.comparison.advice import (
    lower_rates_needed,
    nothing_final,
    runs_with_more_seeds,
    too_few_seeds,
)
from experiments.comparison.advised import Advised
from experiments.comparison.arms import crossed
from experiments.comparison.cells import Cell, designs
from experiments.comparison.checking import check_question
from experiments.comparison.closed import left_out_closed, nothing_opened
from experiments.comparison.compare import SEED
from experiments.comparison.contrasts import Contrast, contrasts
from experiments.comparison.decision import (
    Decision,
    Verdict,
    decide_mean,
    with_advice,
)
from experiments.comparison.divergence import diverges
from experiments.comparison.factorial_advice import (
    contrasts_elsewhere,
    missing_cells,
    missing_seeds,
    not_crossed,
)
from experiments.comparison.fairness import tunings, unequal_tuning
from experiments.comparison.opened import is_closed, opened
from experiments.comparison.power import fewest_seeds
from experiments.comparison.statistics import PairedStatistics, paired_statistics
from experiments.comparison.tuning import FINAL, SelectionBias, final_runs, selection_bias, tuned
from experiments.errors import UserError
from experiments.recording import MARGIN, METRICS
from experiments.results import VALIDATION, Scope, commands_if_known

_STATISTICS = [field.name for field in fields(PairedStatistics)]
_IN_WORDS = {Verdict.A_BETTER: "interaction", Verdict.B_BETTER: "interaction"} | {
    Verdict.TIE: "no interaction"
}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A main effect or an interaction in one condition: side A minus side B of a contrast."""

    contrast: Contrast
    statistics: PairedStatistics | None  # of the seeds on which no run failed; None below two
    verdict: Verdict
    more_seeds: int  # recommended to decide it; zero if decided, or if no number would do
    chance: float  # that these seeds decide it

    @property
    def condition(self) -> str:
        """Everything that is held fixed."""
        return self.contrast.condition

    @property
    def seeds(self) -> int:
        """The number of seeds that all cells of the contrast have."""
        return len(self.contrast.values)

    @property
    def failed(self) -> bool:
        """Return whether a run failed on one of the seeds: then the mean decides nothing."""
        return bool(self.contrast.failed.to_numpy().any())

    @property
    def result(self) -> str:
        """The verdict; that of an interaction is whether there is one."""
        words = _IN_WORDS if self.contrast.is_interaction else {}
        return words.get(self.verdict, self.verdict.value)

    @property
    def more_runs(self) -> pd.DataFrame:
        """The runs with the seeds that are recommended, and with those that are there."""
        if not self.more_seeds:
            return pd.DataFrame()
        return runs_with_more_seeds(self.contrast.arms, self.more_seeds)

    @property
    def columns(self) -> dict[str, Any]:
        """The row of the table, with the statistics in columns of their own."""
        known = asdict(self.statistics) if self.statistics else dict.fromkeys(_STATISTICS, math.nan)
        return {
            "condition": self.condition,
            "effect": self.contrast.effect,
            "side_a": self.contrast.side_a.name,
            "side_b": self.contrast.side_b.name,
            "seeds": self.seeds,
            "failed": int(self.contrast.failed.to_numpy().sum()),
            **known,
            "verdict": self.result,
            "more_seeds": self.more_seeds,
            "chance": self.chance,
            "commands": commands_if_known(self.more_runs)[0],
        }


@dataclass(frozen=True, kw_only=True)
class Factorial(Advised):
    """Two factors in every condition: the means of the cells, main effects and interactions.

    The fields are those of `Comparison`. ``groups`` are the two factors, ``cells`` the runs of each
    pair of levels, and ``rows`` one effect each.
    """

    groups: tuple[str, str]
    metric: str
    margin: float
    one_look: bool
    family: int
    cells: Sequence[Cell]
    rows: Sequence[Effect]
    tuned: pd.DataFrame
    incomplete: Sequence[str]
    unequal_tuning: Sequence[str]
    selection_bias: SelectionBias

    @property
    def table(self) -> pd.DataFrame:
        """The effects as a frame.

        Columns: `condition`, `effect` (a factor, or `interaction`), `side_a`, `side_b`, `seeds`,
        `failed` (runs), the fields of `PairedStatistics` (the difference is side A minus side B),
        `verdict`, `more_seeds`, `chance` and `commands`.
        """
        return pd.DataFrame([row.columns for row in self.rows])

    @property
    def cell_means(self) -> pd.DataFrame:
        """The cells as a frame.

        Columns: `condition`, both factors, `learning_rate`, `seeds` (that all cells of the
        condition have), `failed` (runs) and `mean` (of the others).
        """
        first, second = self.groups
        return pd.DataFrame(
            {
                "condition": cell.condition,
                first: cell.levels[0],
                second: cell.levels[1],
                "learning_rate": cell.learning_rate,
                "seeds": cell.failures.runs,
                "failed": cell.failures.failed,
                "mean": cell.mean,
            }
            for cell in self.cells
        )


def factorial(
    runs: pd.DataFrame,
    first: str,
    second: str,
    *,
    metric: str = METRICS[0],
    margin: float = MARGIN,
    one_look: bool = False,
    family: int = 1,
    scope: Scope | None = None,
) -> Factorial:
    """Return main effects and interactions of two factors (`loss`, `loss.output`, ...).

    The arguments and the promise are those of `compare`: the learning rate is tuned in each cell,
    all intervals and verdicts of the table hold together with a probability of 95 %, at any number
    of looks. Seeds are blocks: a seed counts if all cells of an effect have it. If a run of a cell
    failed, its effects are undecided. Raise UserError if the runs have no effect; the message says
    which command makes the missing runs.
    """
    for group in (first, second):
        check_question(runs, group, metric, margin)
    if first == second:
        raise UserError(f"{first}: the two factors are the same; name two")
    scope = scope or Scope.of_frame(runs)
    groups = (first, second)
    if not runs["status"].isin(FINAL).any():
        raise UserError(nothing_final(runs, scope, contrasts_elsewhere(groups, scope)))
    final, best = final_runs(runs), tuned(runs)
    number = len(contrasts(designs(best, *groups, metric=metric), *groups, metric=metric))
    family = max(family, number)
    needed = fewest_seeds(family, one_look=one_look)
    found = designs(best, *groups, metric=metric, needed=needed)
    effects = contrasts(found, *groups, metric=metric)
    closed = is_closed(best, metric).any()
    trained = designs(best, *groups, metric=VALIDATION, needed=needed) if closed else found
    in_training = contrasts(trained, *groups, metric=VALIDATION) if closed else effects
    if not in_training:
        raise not_crossed(best, groups, trained, scope)
    if not _some_seeds(effects) and (_some_seeds(in_training) or not effects):
        raise nothing_opened(best, groups, metric, scope)
    shown = {contrast.condition for contrast in effects}
    cells = [cell for each in found if each.condition in shown for cell in each.cells.values()]
    if not _some_seeds(effects):
        elsewhere = contrasts_elsewhere(groups, scope)
        raise too_few_seeds(
            cells,
            groups,
            scope,
            family=family,
            one_look=one_look,
            elsewhere=elsewhere,
        )
    return Factorial(
        groups=groups,
        metric=metric,
        margin=margin,
        one_look=one_look,
        family=family,
        cells=cells,
        rows=_rows(effects, margin, family=family, one_look=one_look),
        tuned=opened(best, metric),
        incomplete=[
            *lower_rates_needed(cells, groups, scope),
            *missing_cells(best, groups, trained, scope),
            *missing_seeds(groups, trained, scope),
            *left_out_closed(best, metric),
        ],
        unequal_tuning=unequal_tuning(tunings(crossed(final, *groups)), cells),
        selection_bias=selection_bias(best),
    )


def _some_seeds(effects: Sequence[Contrast]) -> bool:
    """Return whether an effect has two seeds or more, so that it can be estimated."""
    return any(len(each.values) > 1 for each in effects)


def _rows(
    effects: Sequence[Contrast], margin: float, *, family: int, one_look: bool
) -> list[Effect]:
    return [
        _row(each, np.random.default_rng(SEED), family, margin, one_look=one_look)
        for each in effects
    ]


def _row(
    contrast: Contrast, rng: np.random.Generator, family: int, margin: float, *, one_look: bool
) -> Effect:
    a, b = contrast.sides
    known = None
    if len(a) >= 2:
        known = paired_statistics(
            a, b, rng=rng, family=family, one_look=one_look, image_error=contrast.image_error
        )
    decision = _decision(contrast, known, family=family, margin=margin, one_look=one_look)
    return Effect(
        contrast=contrast,
        statistics=known,
        verdict=decision.verdict,
        more_seeds=decision.more_seeds,
        chance=decision.chance,
    )


def _decision(
    contrast: Contrast,
    known: PairedStatistics | None,
    *,
    family: int,
    margin: float,
    one_look: bool,
) -> Decision:
    """Return the decision. If a run failed the mean decides nothing, and more seeds do not help."""
    if contrast.failed.to_numpy().any():
        return Decision(Verdict.UNDECIDED)
    n, diverging = len(contrast.values), any(diverges(each.runs) for each in contrast.arms)
    decision = decide_mean(known, n, family=family, margin=margin, one_look=one_look)
    return with_advice(decision, reused=contrast.reused, diverges=diverging)
