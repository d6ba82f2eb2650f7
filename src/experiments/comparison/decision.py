"""The decision between two arms: one of them is better, they tie, or it is undecided."""

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from experiments.comparison import failures
from experiments.comparison.power import alpha_of_failures, fewest_seeds
from experiments.comparison.prediction import chance_to_decide, seeds_to_decide
from experiments.comparison.statistics import PairedStatistics
from experiments.recording import MARGIN


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


def decide_mean(
    statistics: PairedStatistics | None,
    n: int,
    *,
    family: int = 1,
    margin: float = MARGIN,
    one_look: bool = False,
) -> Decision:
    """Return the decision about a mean over n seeds, of which there may be no statistics yet."""
    if statistics is None:
        return too_few_to_decide(n, family=family, one_look=one_look)
    return decide(statistics, family=family, margin=margin, one_look=one_look)


def with_advice(decision: Decision, *, reused: int, diverges: bool) -> Decision:
    """Return a decision with the seeds that are really needed.

    The ``reused`` seeds on which a learning rate was chosen will be left out, so as many more are
    recommended. More seeds do not help an arm that ``diverges``, so none are.
    """
    if diverges:
        return replace(decision, more_seeds=0)
    more = decision.more_seeds + reused if decision.more_seeds else 0
    return replace(decision, more_seeds=more)


def decide_by_failures(
    only_a: int, only_b: int, n: int, *, family: int = 1, one_look: bool = False
) -> Decision:
    """Return the decision between arms of which a run failed: the one that fails less often.

    ``only_a`` and ``only_b`` are the numbers of seeds on which only one arm failed, of n seeds. The
    mean decides nothing then: with few seeds no interval of it can be trusted. Without a decision
    as many seeds are recommended as decide it if the arms fail as before, but at most three times
    as many as there are.
    """
    alpha = alpha_of_failures(family)
    if failures.p_value(only_a, only_b, one_look=one_look) <= alpha:
        return Decision(Verdict.B_BETTER if only_a > only_b else Verdict.A_BETTER)
    if one_look:
        return Decision(Verdict.UNDECIDED)
    more = min(failures.seeds_to_decide(only_a, only_b, n, alpha), 3 * n)
    return Decision(Verdict.UNDECIDED, more, math.nan)
