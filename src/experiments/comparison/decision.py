"""The decision between two arms: one of them is better, they tie, or it is undecided."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from experiments.comparison import failures
from experiments.comparison.power import alpha_of_failures, fewest_seeds
from experiments.comparison.prediction import chance_to_decide, seeds_to_decide
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
    """A verdict, and the additional seeds that are recommended if it is undecided.

    ``chance`` is the probability that these seeds decide it.
    """

    verdict: Verdict
    more_seeds: int = 0
    chance: float = 0.0


def decide(
    statistics: PairedStatistics,
    *,
    family: int = 1,
    margin: float = MARGIN,
    one_look: bool = False,
) -> Decision:
    """Return the decision that the interval of the mean difference makes.

    - Tie: the interval lies within ``margin`` of zero. This is checked first, because a difference
      that is certain but too small to matter is a tie.
    - A or B better: the interval does not contain zero.
    - Undecided: everything else. With ``one_look`` no seeds are recommended, because only one look
      was planned. Otherwise as many as decide it with a chance of 50 %, but at most three times as
      many as there are: then it is time for the next look, which costs nothing.
    """
    if -margin < statistics.low and statistics.high < margin:
        return Decision(Verdict.TIE)
    if statistics.low > 0:
        return Decision(Verdict.A_BETTER)
    if statistics.high < 0:
        return Decision(Verdict.B_BETTER)
    if one_look:
        return Decision(Verdict.UNDECIDED)
    needed = seeds_to_decide(statistics, family=family, margin=margin)
    more = min(needed, max(3 * statistics.n, 2 * fewest_seeds(family) - statistics.n))
    if not more:
        return Decision(Verdict.UNDECIDED)
    chance = chance_to_decide(more, statistics, family=family, margin=margin)
    return Decision(Verdict.UNDECIDED, more, chance)


def too_few_to_decide(n: int, *, family: int = 1, one_look: bool = False) -> Decision:
    """Return the decision if n seeds are too few for statistics: more seeds, unless one look."""
    more = 0 if one_look else fewest_seeds(family) - n
    return Decision(Verdict.UNDECIDED, more, math.nan)


def on_other_seeds(decision: Decision, reused: int) -> Decision:
    """Return a decision with more recommended seeds: as many more as will be left out then.

    These are the ``reused`` seeds on which a learning rate was chosen.
    """
    more = decision.more_seeds + reused if decision.more_seeds else 0
    return replace(decision, more_seeds=more)


def decide_by_failures(
    only_a: int, only_b: int, *, family: int = 1, one_look: bool = False
) -> Decision:
    """Return the decision between arms of which a run failed: the one that fails less often.

    ``only_a`` and ``only_b`` are the numbers of seeds on which only one arm failed. The mean
    decides nothing then: with few seeds no interval of it can be trusted.
    """
    p = (
        failures.exact_test(only_a, only_b)
        if one_look
        else min(1.0, 1 / failures.e_value(only_a, only_b))
    )
    if p > alpha_of_failures(family):
        return Decision(Verdict.UNDECIDED)
    return Decision(Verdict.B_BETTER if only_a > only_b else Verdict.A_BETTER)
