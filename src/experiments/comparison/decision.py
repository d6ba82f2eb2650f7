"""The decision between two arms: one of them is better, they tie, or it is undecided."""

import math
from dataclasses import dataclass
from enum import StrEnum

from experiments.comparison.power import (
    ALPHA,
    MOST_SEEDS,
    fewest_seeds,
    seeds_to_detect,
    seeds_to_show_tie,
)
from experiments.comparison.statistics import PairedStatistics

MARGIN = 0.001
"""The equivalence margin: smaller differences in accuracy do not matter in practice."""


class Verdict(StrEnum):
    """The result of comparing arm A with arm B."""

    A_BETTER = "A better"
    B_BETTER = "B better"
    TIE = "tie"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Decision:
    """A verdict, and the number of additional seeds that is recommended if it is undecided."""

    verdict: Verdict
    more_seeds: int = 0


def decide(
    statistics: PairedStatistics, adjusted_p: float, *, family: int = 1, margin: float = MARGIN
) -> Decision:
    """Return the decision from the interval and the corrected p-value of the mean difference.

    - Tie: the interval lies within ``margin`` of zero, and there are enough pairs for a test to
      reject. This is checked first, because a difference that is certain but too small to matter
      is a tie.
    - A or B better: ``adjusted_p`` is below `ALPHA`.
    - Undecided: everything else. The number of additional seeds is an estimate that takes the
      observed difference for the true one. It is the smaller of the numbers that a test and a tie
      need, and at least a quarter of the present number. It is zero if that would be more than
      `MOST_SEEDS` seeds.
    """
    n = statistics.n
    if n >= fewest_seeds() and -margin < statistics.low and statistics.high < margin:
        return Decision(Verdict.TIE)
    if adjusted_p < ALPHA:
        return Decision(Verdict.A_BETTER if statistics.difference > 0 else Verdict.B_BETTER)
    needed = min(
        seeds_to_detect(statistics.difference, statistics.standard_deviation, family),
        seeds_to_show_tie(statistics.difference, statistics.standard_deviation, margin),
    )
    if needed >= MOST_SEEDS:
        return Decision(Verdict.UNDECIDED)
    return Decision(Verdict.UNDECIDED, max(needed - n, math.ceil(n / 4)))


def decide_by_wins(
    superiority: float, adjusted_p: float, *, seeds: int, family: int = 1
) -> Decision:
    """Return the decision from the wins on ``seeds`` seeds, for arms with diverged runs.

    ``superiority`` is the fraction of seeds on which A wins, ``adjusted_p`` the corrected p-value
    of a sign test. A tie is not possible, because a diverged run has no accuracy.
    """
    if adjusted_p < ALPHA:
        return Decision(Verdict.A_BETTER if superiority > 0.5 else Verdict.B_BETTER)
    return Decision(Verdict.UNDECIDED, max(fewest_seeds(family) - seeds, 0))
