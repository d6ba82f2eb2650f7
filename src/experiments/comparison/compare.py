"""Compare the arms of a group of conf/ in every condition: from a frame of runs to verdicts."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from experiments.comparison.advice import (
    incomplete,
    lower_rates_needed,
    no_pairs,
    nothing_final,
    runs_with_more_seeds,
    too_few_seeds,
)
from experiments.comparison.arms import CHOICES
from experiments.comparison.decision import MARGIN, Decision, Verdict, decide, decide_by_wins
from experiments.comparison.divergence import diverged_share, diverges
from experiments.comparison.pairing import METRICS, Pair, pairs
from experiments.comparison.statistics import (
    PairedStatistics,
    holm_correction,
    paired_statistics,
    sign_test,
)
from experiments.comparison.tuning import FINAL, SelectionBias, final_runs, selection_bias, tuned
from experiments.errors import UserError
from experiments.results import RATE, Scope, commands

SEED = 0
"""The seed of all resampling, so that the same runs give the same table."""
_STATISTICS = [field.name for field in fields(PairedStatistics)]


@dataclass(frozen=True, kw_only=True)
class Row:
    """The comparison of two arms, A and B, in one condition."""

    condition: str
    arm_a: str
    arm_b: str
    learning_rate_a: float
    learning_rate_b: float
    seeds: int  # that both arms have
    diverged_a: float  # fraction of the runs of A that diverged
    diverged_b: float
    superiority: float  # fraction of seeds on which A is above B
    statistics: PairedStatistics | None  # of the seeds on which both finished; None below two
    adjusted_p: float  # corrected over the whole table (Holm); NaN without statistics
    verdict: Verdict
    more_seeds: int  # recommended to decide it; zero if decided, or if no number would do
    commands: list[str]  # that run them

    @property
    def columns(self) -> dict[str, Any]:
        """The row of the table, with the statistics in columns of their own."""
        statistics = (
            asdict(self.statistics) if self.statistics else dict.fromkeys(_STATISTICS, math.nan)
        )
        columns: dict[str, Any] = {}
        for field in fields(self):
            if field.name == "statistics":
                columns |= statistics
            else:
                columns[field.name] = getattr(self, field.name)
        return columns | {"verdict": self.verdict.value}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The arms of a group compared in every condition.

    ``rows`` has one row per condition and pair of arms, in the order of ``pairs``. ``commands``
    run all additional seeds that the rows recommend. ``incomplete`` are sentences about runs that
    are missing, among them those at lower learning rates of an arm that diverges. ``tuned`` are the
    runs at each arm's best learning rate.
    """

    group: str
    metric: str
    margin: float
    rows: Sequence[Row]
    pairs: Sequence[Pair]
    tuned: pd.DataFrame
    commands: Sequence[str]
    incomplete: Sequence[str]
    selection_bias: SelectionBias

    @property
    def table(self) -> pd.DataFrame:
        """The rows as a frame.

        Columns: `condition`, `arm_a`, `arm_b`, `learning_rate_a`, `learning_rate_b`, `seeds`,
        `diverged_a`, `diverged_b`, `superiority`, the fields of `PairedStatistics`, `adjusted_p`,
        `verdict`, `more_seeds` and `commands`.
        """
        return pd.DataFrame([row.columns for row in self.rows])


def compare(
    runs: pd.DataFrame,
    group: str,
    *,
    metric: str = METRICS[0],
    margin: float = MARGIN,
    scope: Scope | None = None,
) -> Comparison:
    """Compare the arms of ``group`` (`loss`, `optimizer`, ...) in every condition.

    ``runs`` is a frame as from `results.runs`, ``metric`` one of `METRICS`, ``margin`` the
    equivalence margin as a fraction. ``scope`` says where the runs come from: messages then say
    what the other runs of that source allow. Each arm gets the learning rate that is best on the
    validation set. Runs of two arms are paired by seed if they differ in the arm and learning rate
    only. A diverged run has no difference and loses against a run that finished. P-values are
    corrected over the whole table (Holm). Raise UserError if the runs cannot be compared; the
    message says which command makes the missing runs.
    """
    if group not in CHOICES:
        raise UserError(f"{group}: this cannot be compared; choose one of {', '.join(CHOICES)}")
    if metric not in METRICS:
        raise UserError(f"{metric}: this cannot be compared; choose one of {', '.join(METRICS)}")
    scope = scope or Scope.of_frame(runs)
    if not runs["status"].isin(FINAL).any():
        raise UserError(nothing_final(runs, group, scope))
    final, best = final_runs(runs), tuned(runs)
    matched = pairs(best, group, metric=metric)
    if not matched:
        raise UserError(no_pairs(final, group, scope))
    if all(len(pair.values) < 2 for pair in matched):
        raise UserError(too_few_seeds(matched, group, scope))
    rows = _rows(matched, margin)
    more = [
        runs_with_more_seeds(pair, row.more_seeds)
        for pair, row in zip(matched, rows, strict=True)
        if row.more_seeds
    ]
    return Comparison(
        group=group,
        metric=metric,
        margin=margin,
        rows=rows,
        pairs=matched,
        tuned=best,
        commands=commands(pd.concat(more)) if more else [],
        incomplete=[
            *lower_rates_needed(matched, group, scope),
            *incomplete(final, group, matched, scope),
        ],
        selection_bias=selection_bias(best),
    )


def _rows(matched: Sequence[Pair], margin: float) -> list[Row]:
    rng = np.random.default_rng(SEED)
    statistics = [_statistics(pair, rng) for pair in matched]
    adjusted = holm_correction([each.p if each else 1.0 for each in statistics])
    rows = []
    for pair, known, p in zip(matched, statistics, adjusted, strict=True):
        decision = _decision(pair, known, p, family=len(matched), margin=margin)
        rows.append(_row(pair, known, p, decision))
    return rows


def _statistics(pair: Pair, rng: np.random.Generator) -> PairedStatistics | None:
    """Return the statistics of the seeds on which both finished, or None if there are below two.

    If runs diverged, the p-value is the one of a sign test on who wins each seed.
    """
    finished = pair.finished
    if len(finished) < 2:
        return None
    result = paired_statistics(finished["a"].tolist(), finished["b"].tolist(), rng=rng)
    return replace(result, p=sign_test(*pair.wins)) if pair.diverged else result


def _decision(
    pair: Pair,
    statistics: PairedStatistics | None,
    adjusted_p: float,
    *,
    family: int,
    margin: float,
) -> Decision:
    """Return the decision. More seeds are not recommended for an arm that diverges."""
    if statistics and not pair.diverged:
        decision = decide(statistics, adjusted_p, family=family, margin=margin)
    else:
        if not statistics:
            adjusted_p = min(1.0, family * sign_test(*pair.wins))
        seeds = len(pair.values)
        decision = decide_by_wins(pair.superiority, adjusted_p, seeds=seeds, family=family)
    useless = diverges(pair.runs_a) or diverges(pair.runs_b)
    return replace(decision, more_seeds=0) if useless else decision


def _row(
    pair: Pair, statistics: PairedStatistics | None, adjusted_p: float, decision: Decision
) -> Row:
    n = decision.more_seeds
    return Row(
        condition=pair.condition,
        arm_a=pair.arm_a,
        arm_b=pair.arm_b,
        learning_rate_a=float(pair.runs_a[RATE].iloc[0]),
        learning_rate_b=float(pair.runs_b[RATE].iloc[0]),
        seeds=len(pair.values),
        diverged_a=diverged_share(pair.runs_a),
        diverged_b=diverged_share(pair.runs_b),
        superiority=pair.superiority,
        statistics=statistics,
        adjusted_p=adjusted_p if statistics else math.nan,
        verdict=decision.verdict,
        more_seeds=n,
        commands=commands(runs_with_more_seeds(pair, n)) if n else [],
    )
