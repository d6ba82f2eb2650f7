"""The error rates of a table, the fewest seeds of a verdict, and what a number of seeds shows."""

import math

from scipy import optimize, stats

from experiments.comparison import mixture_t
from experiments.comparison.image_error import half_width

ALPHA = 0.05
"""The error rate of a whole table: all its verdicts are right with a probability of 95 %."""
SHARE_OF_MEANS = 0.8
"""The share of `ALPHA` for verdicts about means. The rest is for rates of failure."""
POWER = 0.8
"""The probability with which a true difference is to be detected."""


def alpha_of_means(family: int) -> float:
    """Return the error rate for the mean of each of ``family`` comparisons (Bonferroni)."""
    return ALPHA * SHARE_OF_MEANS / family


def alpha_of_failures(family: int) -> float:
    """Return the error rate for the rates of failure of each of ``family`` comparisons."""
    return ALPHA * (1 - SHARE_OF_MEANS) / family


def fewest_seeds(family: int = 1, *, one_look: bool = False) -> int:
    """Return the smallest number of seeds that can decide one of ``family`` comparisons.

    At one planned look, all n differences have one sign with a probability of 2 / 2^n by chance.
    """
    if one_look:
        return math.ceil(math.log2(2 / alpha_of_means(family)))
    n = 2
    while math.isinf(mixture_t.half_width(n, alpha_of_means(family))):
        n += 1
    return n


def typical_seeds(family: int = 1) -> int:
    """Return the seeds that decide one of ``family`` comparisons with about an even chance.

    The true difference is one standard deviation of the differences of the seeds.
    """
    n = fewest_seeds(family)
    while mixture_t.half_width(n, alpha_of_means(family)) > math.sqrt(n):
        n += 1
    return n


def detectable_difference(
    n: int,
    standard_deviation: float,
    family: int = 1,
    *,
    one_look: bool = False,
    image_error: float = math.nan,
) -> float:
    """Return the smallest mean difference that n seeds show with a probability of 80 %.

    It is infinite if no difference can be shown. ``image_error`` is the standard error that is due
    to the test images, NaN if it is unknown.
    """
    if n < 2:
        return math.inf
    alpha = alpha_of_means(family)
    error = standard_deviation / math.sqrt(n)
    known = 0.0 if math.isnan(image_error) else image_error
    images = half_width(image_error, alpha)
    if not error:
        return images + float(stats.t.ppf(POWER, n - 1)) * known
    if n < fewest_seeds(family, one_look=one_look):
        return math.inf
    width = _width(n, alpha, one_look=one_look)
    reserve = _noncentrality(n, width) - width
    return math.hypot(width * error, images) + reserve * math.hypot(error, known)


def _width(n: int, alpha: float, *, one_look: bool) -> float:
    """Return the half-width of the interval in standard errors; Student's for one look."""
    return float(stats.t.ppf(1 - alpha / 2, n - 1)) if one_look else mixture_t.half_width(n, alpha)


def _noncentrality(n: int, width: float) -> float:
    """Return the true mean, in standard errors, for which |t| exceeds ``width`` in 80 %."""

    def missing(mean: float) -> float:
        return float(stats.nct.sf(width, n - 1, mean)) - POWER

    return float(optimize.brentq(missing, 0.0, 20 * (1 + width)))
