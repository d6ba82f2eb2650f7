"""P(A>B) with an interval: whether one arm outperforms the other often enough to matter."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from experiments.comparison.power import ALPHA

THRESHOLD = 0.75
"""Gamma in Bouthillier et al.: an arm that wins less often is not meaningfully better."""
CHANCE = 0.5
FEWEST_SEEDS = 6
"""With fewer seeds no interval is given: even if one arm always wins, p > 5 % in the sign test."""
ADVISED_SEEDS = 29
"""The seeds that Bouthillier et al. advise: they find P(A>B) = 0.75 with 95 % power (Noether)."""
RESAMPLES = 9999
SEED = 0


@dataclass(frozen=True)
class Outperformance:
    """P(A>B), the probability that A is above B on a seed, with its 95 % interval.

    The ends are NaN if there are fewer than `FEWEST_SEEDS` seeds.
    """

    share: float
    low: float
    high: float

    @property
    def reversed(self) -> "Outperformance":
        """The same for B: P(B>A) is 1 - P(A>B), because ties count half."""
        return Outperformance(1 - self.share, 1 - self.high, 1 - self.low)

    @property
    def significant(self) -> bool:
        """Return whether A wins more often than chance: the interval is above 1/2."""
        return self.low > CHANCE

    @property
    def meaningful(self) -> bool:
        """Return whether A may win often enough to matter: the interval reaches above 0.75."""
        return self.high > THRESHOLD


def outperformance(wins: pd.Series) -> Outperformance:
    """Return P(A>B) from the wins of A ``[n]``: 1, 1/2 or 0 for each seed.

    The interval is the percentile bootstrap over the paired seeds, as in Bouthillier et al. (2021,
    Accounting for Variance in Machine Learning Benchmarks, MLSys). Their rule: A is better if the
    lower end is above 1/2 (significant) and the upper end is above 0.75 (meaningful).
    """
    share = float(wins.mean())
    if len(wins) < FEWEST_SEEDS:
        return Outperformance(share, math.nan, math.nan)
    low, high = stats.bootstrap(
        (wins.to_numpy(float),),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=1 - ALPHA,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Outperformance(share, float(low), float(high))
