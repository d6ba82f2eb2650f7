"""Compare the arms of a group of conf/ in every condition: from a frame of runs to verdicts."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from experiments.comparison.advice import (
    incomplete,
    lower_rates_needed,
    no_pairs,
    nothing_final,
    pairs_elsewhere,
    runs_with_more_seeds,
    too_few_seeds,
)
from experiments.comparison.advised import Advised
from experiments.comparison.arms import named
from experiments.comparison.checking import check_question
from experiments.comparison.closed import left_out_closed, nothing_opened
from experiments.comparison.decision import (
    Decision,
    Verdict,
    decide_by_failures,
    decide_mean,
    with_advice,
)
from experiments.comparison.divergence import diverged_share, diverges
from experiments.comparison.failures import Failures, corrected, p_value
from experiments.comparison.fairness import tunings, unequal_tuning
from experiments.comparison.opened import is_closed, opened
from experiments.comparison.pairing import Pair, pairs
from experiments.comparison.statistics import PairedStatistics, paired_statistics
from experiments.comparison.tuning import FINAL, SelectionBias, final_runs, selection_bias, tuned
from experiments.errors import UserError
from experiments.recording import MARGIN, METRICS
from experiments.results import RATE, VALIDATION, Scope, commands_if_known

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
    failures_a: Failures  # on these seeds
    failures_b: Failures
    failures_p: float  # against equal rates of failure; adjusted for the table
    median_a: float  # accuracy on these seeds; a diverged run is below every other
    median_b: float
    superiority: float  # fraction of seeds on which A is above B
    statistics: PairedStatistics | None  # of the seeds on which no run failed; None below two
    verdict: Verdict
    more_seeds: int  # recommended to decide it; zero if decided, or if no number would do
    chance: float  # that these seeds decide it
    pair: Pair

    @property
    def failed(self) -> bool:
        """Return whether a run failed on one of the seeds: then the mean decides nothing."""
        return bool(self.failures_a.failed or self.failures_b.failed)

    @property
    def more_runs(self) -> pd.DataFrame:
        """The runs with the seeds that are recommended, and with those that are there."""
        if not self.more_seeds:
            return pd.DataFrame()
        return runs_with_more_seeds(self.pair.arms, self.more_seeds)

    @property
    def commands(self) -> list[str]:
        """The commands that make `more_runs`."""
        return commands_if_known(self.more_runs)[0]

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
            elif field.name in ("failures_a", "failures_b"):
                columns[f"failed_{field.name[-1]}"] = getattr(self, field.name).failed
            elif field.name != "pair":
                columns[field.name] = getattr(self, field.name)
        return columns | {"verdict": self._result, "commands": self.commands}

    @property
    def _result(self) -> str:
        """The verdict; after a failure it is about the rates of failure."""
        better = self.verdict in (Verdict.A_BETTER, Verdict.B_BETTER)
        if self.failed and better:
            return f"{self.verdict.value.partition(' ')[0]} fails less often"
        return self.verdict.value


@dataclass(frozen=True, kw_only=True)
class Comparison(Advised):
    """The arms of a group compared in every condition.

    ``one_look`` is true if the verdicts are valid at one planned look only, and false if they are
    valid at any number of looks. ``family`` is the number of rows that share the error rate: those
    with two seeds or more, or as many as an earlier table had. ``rows`` has one row per condition
    and pair of arms.
    ``incomplete`` are sentences about runs that are missing, among them those at lower learning
    rates of an arm that diverges. ``unequal_tuning`` are sentences about arms that were tuned less
    than others, or whose learning rate is unsure. ``tuned`` are the runs at each arm's best
    learning rate.
    """

    group: str
    metric: str
    margin: float
    one_look: bool
    family: int
    rows: Sequence[Row]
    tuned: pd.DataFrame
    incomplete: Sequence[str]
    unequal_tuning: Sequence[str]
    selection_bias: SelectionBias

    @property
    def pairs(self) -> list[Pair]:
        """The pairs of arms, one for each row."""
        return [row.pair for row in self.rows]

    @property
    def table(self) -> pd.DataFrame:
        """The rows as a frame.

        Columns: `condition`, `arm_a`, `arm_b`, `learning_rate_a`, `learning_rate_b`, `seeds`,
        `diverged_a`, `diverged_b`, `failed_a`, `failed_b`, `failures_p`, `median_a`, `median_b`,
        `superiority`, the fields of `PairedStatistics`, `verdict`, `more_seeds`, `chance` and
        `commands`.
        """
        return pd.DataFrame([row.columns for row in self.rows])


def compare(
    runs: pd.DataFrame,
    group: str,
    *,
    metric: str = METRICS[0],
    margin: float = MARGIN,
    one_look: bool = False,
    family: int = 1,
    scope: Scope | None = None,
) -> Comparison:
    """Compare the arms of ``group`` (`loss`, `optimizer`, `loss.output`, ...) in every condition.

    ``runs`` is a frame as from `results.runs`, ``metric`` one of `METRICS`, ``margin`` the
    equivalence margin as a fraction. ``scope`` says where the runs come from: messages then say
    what the other runs of that source allow. Each arm gets the learning rate that is best on the
    validation set. Runs of two arms are paired by seed if they differ in the arm and learning rate
    only. Verdicts are valid at any number of looks: seeds can be added until they are decided.
    With ``one_look`` they are valid if the number of seeds was planned and nobody looked before.
    All intervals and verdicts of the table hold together with a probability of 95 %; if an earlier
    table of the same runs had more rows, ``family`` is their number. If a run
    failed, the rates of failure decide instead of the mean. Raise UserError if the runs cannot be
    compared; the message says which command makes the missing runs.
    """
    check_question(runs, group, metric, margin)
    scope = scope or Scope.of_frame(runs)
    if not runs["status"].isin(FINAL).any():
        raise UserError(nothing_final(runs, scope, pairs_elsewhere(runs[:0], group, scope)))
    final, best = final_runs(runs), tuned(runs)
    matched = pairs(best, group, metric=metric, family=family, one_look=one_look)
    closed = is_closed(best, metric).any()
    trained = pairs(best, group, metric=VALIDATION) if closed else matched
    if not trained:
        raise no_pairs(final, group, scope)
    if not _some_seeds(matched) and (_some_seeds(trained) or not matched):
        raise nothing_opened(best, [group], metric, scope)
    everything = max(family, len(matched))
    arms = [arm for pair in matched for arm in pair.arms]
    if not _some_seeds(matched):
        elsewhere = pairs_elsewhere(pd.concat([arm.runs for arm in arms]), group, scope)
        raise too_few_seeds(
            arms,
            [group],
            scope,
            family=everything,
            one_look=one_look,
            elsewhere=elsewhere,
        )
    family = max(family, sum(map(_has_seeds, matched)))
    return Comparison(
        group=group,
        metric=metric,
        margin=margin,
        one_look=one_look,
        family=family,
        rows=_rows(matched, margin, family=family, one_look=one_look),
        tuned=opened(best, metric),
        incomplete=[
            *lower_rates_needed(arms, [group], scope),
            *incomplete(final, group, trained, scope),
            *left_out_closed(best, metric),
        ],
        unequal_tuning=unequal_tuning(tunings(named(final, group)), arms),
        selection_bias=selection_bias(best),
    )


def _some_seeds(matched: Sequence[Pair]) -> bool:
    """Return whether a pair has two seeds or more, so that it can be compared."""
    return any(map(_has_seeds, matched))


def _has_seeds(pair: Pair) -> bool:
    """Return whether a pair has two seeds or more. Others have no verdict, so no share of error."""
    return len(pair.values) > 1


def _rows(matched: Sequence[Pair], margin: float, *, family: int, one_look: bool) -> list[Row]:
    rows = []
    every = max(family, len(matched))
    for pair in matched:
        share = family if _has_seeds(pair) else every
        rng = np.random.default_rng(SEED)  # so that no row depends on the others
        known = _statistics(pair, rng, family=share, one_look=one_look)
        decision = _decision(pair, known, family=share, margin=margin, one_look=one_look)
        failures_p = corrected(p_value(*pair.failed_alone, one_look=one_look), share)
        rows.append(_row(pair, known, decision, failures_p))
    return rows


def _statistics(
    pair: Pair, rng: np.random.Generator, *, family: int, one_look: bool
) -> PairedStatistics | None:
    """Return the statistics of the seeds on which no run failed; None if there are below two."""
    a, b = pair.learned["a"].tolist(), pair.learned["b"].tolist()
    if len(a) < 2:
        return None
    return paired_statistics(
        a, b, rng=rng, family=family, one_look=one_look, image_error=pair.image_error
    )


def _decision(
    pair: Pair,
    statistics: PairedStatistics | None,
    *,
    family: int,
    margin: float,
    one_look: bool,
) -> Decision:
    n = len(pair.values)
    if pair.failed.to_numpy().any():
        decision = decide_by_failures(*pair.failed_alone, n, family=family, one_look=one_look)
    else:
        decision = decide_mean(statistics, n, family=family, margin=margin, one_look=one_look)
    diverging = diverges(pair.runs_a) or diverges(pair.runs_b)
    return with_advice(decision, reused=pair.reused, diverges=diverging)


def _row(
    pair: Pair, statistics: PairedStatistics | None, decision: Decision, failures_p: float
) -> Row:
    (failures_a, failures_b), (median_a, median_b) = pair.failures, pair.medians
    return Row(
        condition=pair.condition,
        arm_a=pair.arm_a,
        arm_b=pair.arm_b,
        learning_rate_a=float(pair.runs_a[RATE].iloc[0]),
        learning_rate_b=float(pair.runs_b[RATE].iloc[0]),
        seeds=len(pair.values),
        diverged_a=diverged_share(pair.runs_a),
        diverged_b=diverged_share(pair.runs_b),
        failures_a=failures_a,
        failures_b=failures_b,
        failures_p=failures_p,
        median_a=median_a,
        median_b=median_b,
        superiority=pair.superiority,
        statistics=statistics,
        verdict=decision.verdict,
        more_seeds=decision.more_seeds,
        chance=decision.chance,
        pair=pair,
    )
