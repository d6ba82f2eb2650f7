"""Power analysis: how many seeds a comparison needs, and which differences it can detect."""

import bisect
import math

from scipy import stats
from statsmodels.stats.power import TTestPower

ALPHA = 0.05
"""The significance level of a family of tests."""
POWER = 0.8
"""The probability with which a true difference is to be detected."""
MOST_SEEDS = 1000
"""The largest number of seeds that is ever recommended."""


def fewest_seeds(family: int = 1) -> int:
    """Return the smallest number of seeds with which a sign-flip test can reject at all.

    With n differences of the same sign the p-value is 2 / 2^n. It has to be below `ALPHA` divided
    by ``family``, the number of comparisons that are corrected together.
    """
    return math.floor(1 - math.log2(ALPHA / family)) + 1


def minimum_detectable_effect(n: int, standard_deviation: float) -> float:
    """Return the smallest mean difference that a paired t-test on n seeds detects with 80 % power.

    It is the sum of two quantiles of Student's t distribution, in standard errors. This usual
    approximation is used because the exact inversion of the noncentral t distribution fails for
    some n. From n = 5 on the two differ by less than 5 %.
    """
    quantiles = stats.t.ppf(1 - ALPHA / 2, n - 1) + stats.t.ppf(POWER, n - 1)
    return float(standard_deviation * quantiles / math.sqrt(n))


def seeds_to_detect(difference: float, standard_deviation: float, family: int = 1) -> int:
    """Return the number of seeds that detect a mean difference with 80 % power.

    The first of ``family`` comparisons that Holm's correction rejects is tested at the level
    `ALPHA` / ``family``. The number returned is at most `MOST_SEEDS`.
    """
    if standard_deviation == 0:
        return fewest_seeds(family)
    effect, power = abs(difference) / standard_deviation, TTestPower().power
    candidates = range(fewest_seeds(family), MOST_SEEDS)
    position = bisect.bisect_left(candidates, POWER, key=lambda n: power(effect, n, ALPHA / family))
    return fewest_seeds(family) + position


def seeds_to_show_tie(difference: float, standard_deviation: float, margin: float) -> int:
    """Return the number of seeds with which the interval of the mean lies within the margin.

    The number returned is at most `MOST_SEEDS`.
    """
    room = margin - abs(difference)

    def fits(n: int) -> bool:
        half_width = stats.t.ppf(1 - ALPHA / 2, n - 1) * standard_deviation / math.sqrt(n)
        return bool(half_width < room)

    if room <= 0:
        return MOST_SEEDS
    candidates = range(fewest_seeds(), MOST_SEEDS)
    return fewest_seeds() + bisect.bisect_left(candidates, True, key=fits)
