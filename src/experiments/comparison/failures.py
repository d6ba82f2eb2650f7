"""Failures are results: runs that diverged or did not learn, and whether one arm fails more often.

A finished run did not learn if its accuracy is not above that of guessing, or if its error is more
than `FAR_BELOW` times that of the best quarter of the finished runs of its arm (the quartile), and
at least `POINT` larger. So it is seen if up to three quarters of an arm did not learn.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special, stats
from statsmodels.stats.proportion import proportion_confint

from experiments.comparison.power import ALPHA, SHARE_OF_MEANS
from experiments.comparison.prediction import MOST_SEEDS

FAR_BELOW = 3.0
POINT = 0.01
"""Of two very small errors, one is easily twice the other."""
FEWEST_FOR_QUARTILE = 3
"""Fewer finished runs have no best quarter with which one of them could be compared."""


@dataclass(frozen=True)
class Failures:
    """How many runs of an arm failed."""

    failed: int
    runs: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the rate of failure (Wilson 1927)."""
        low, high = proportion_confint(self.failed, self.runs, ALPHA, method="wilson")
        return float(low), float(high)


def did_not_learn(accuracy: pd.Series, guessing: pd.Series) -> pd.Series:
    """Return which runs of an arm finished without learning.

    ``accuracy`` is NaN for runs that diverged, ``guessing`` the accuracy of guessing.
    """
    known = accuracy.dropna()
    failed = accuracy <= guessing
    if len(known) >= FEWEST_FOR_QUARTILE:
        error, best = 1 - accuracy, 1 - known.quantile(0.75)
        failed |= (error > FAR_BELOW * best) & (error - best >= POINT)
    return failed


def p_value(only_a: int, only_b: int, *, one_look: bool = False) -> float:
    """Return the p-value against equal rates of failure: at any number of looks, or at one look.

    ``only_a`` and ``only_b`` are the numbers of seeds on which only one arm failed.
    """
    return exact_test(only_a, only_b) if one_look else min(1.0, 1 / e_value(only_a, only_b))


def corrected(p: float, family: int) -> float:
    """Return a p-value that is at most 5 % where the rates decide one of ``family`` comparisons."""
    return min(1.0, p * family / (1 - SHARE_OF_MEANS))


def seeds_to_decide(only_a: int, only_b: int, seeds: int, alpha: float) -> int:
    """Return how many seeds more make the p-value at most ``alpha`` if the arms fail as before.

    Zero if more than `MOST_SEEDS` would be needed.
    """
    for more in range(1, MOST_SEEDS - seeds + 1):
        factor = (seeds + more) / seeds
        if e_value(only_a * factor, only_b * factor) >= 1 / alpha:
            return more
    return 0


def e_value(only_a: float, only_b: float) -> float:
    """Return the e-value against equal rates of failure, which is valid at any number of looks.

    ``only_a`` and ``only_b`` are the numbers of seeds on which only one arm failed. If the rates
    are equal, each is as likely. The prior of the share of A is Jeffreys' Beta(1/2, 1/2).
    """
    log = special.betaln(only_a + 0.5, only_b + 0.5) - special.betaln(0.5, 0.5)
    return float(np.exp((only_a + only_b) * math.log(2) + log))


def exact_test(only_a: int, only_b: int) -> float:
    """Return the p-value against equal rates of failure, at one look that was planned (McNemar)."""
    n = only_a + only_b
    return float(stats.binomtest(only_a, n).pvalue) if n else 1.0
