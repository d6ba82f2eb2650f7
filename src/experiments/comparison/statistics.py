"""Interval and p-value of the mean difference of two arms over paired seeds."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from statsmodels.stats.contingency_tables import mcnemar

from experiments.comparison import mixture_t, sign_flips
from experiments.comparison.image_error import half_width, widened
from experiments.comparison.power import (
    SHARE_OF_MEANS,
    alpha_of_means,
    detectable_difference,
)

Numbers = npt.NDArray[np.float64]
Interval: TypeAlias = Callable[[float], tuple[float, float]]
"""The ends of the interval with a given error rate."""
SMALLEST_P = 1e-12
PRECISION = 1e-6
"""The relative precision of a p-value."""


@dataclass(frozen=True)
class PairedStatistics:
    """The statistics of two arms over the same ``n`` seeds. Differences are A minus B."""

    n: int
    mean_a: float
    mean_b: float
    difference: float
    low: float  # lower end of the interval of the mean difference
    high: float  # upper end; together all intervals of the table hold with 95 % probability
    p: float  # of a mean difference of zero, adjusted for the table; below 5 % outside the interval
    detectable_difference: float  # with n seeds and 80 % power
    standard_deviation: float  # of the differences over seeds
    image_error: float  # standard error that is due to the test images; NaN if it is unknown
    image_limit: float  # half the length that the interval keeps, however many seeds are run


def paired_statistics(
    a: Sequence[float],
    b: Sequence[float],
    *,
    rng: np.random.Generator,
    family: int = 1,
    one_look: bool = False,
    image_error: float = math.nan,
) -> PairedStatistics:
    """Return the statistics of one of ``family`` comparisons; ``a[i]`` and ``b[i]`` share a seed.

    They are valid at any number of looks (`mixture_t`), or with ``one_look`` if a number of seeds
    was planned and this is the only look (`sign_flips`). ``image_error`` is the standard error that
    is due to the test images, NaN if it is unknown. Raise ValueError if there are fewer than two
    pairs.
    """
    first, second = np.asarray(a, float), np.asarray(b, float)
    if len(first) != len(second) or len(first) < 2:
        raise ValueError(f"{len(first)} and {len(second)} values are not two pairs or more")
    differences = first - second
    deviation, mean = standard_deviation(differences), float(differences.mean())
    over_seeds = planned_look(differences, rng) if one_look else any_look(differences)

    def interval(alpha: float) -> tuple[float, float]:
        low, high = over_seeds(alpha)
        return widened(low, mean, high, image_error, alpha)

    low, high = interval(alpha_of_means(family))
    return PairedStatistics(
        n=len(differences),
        mean_a=float(first.mean()),
        mean_b=float(second.mean()),
        difference=mean,
        low=low,
        high=high,
        p=min(1.0, p_value(interval) * family / SHARE_OF_MEANS),
        detectable_difference=detectable_difference(
            len(differences), deviation, family, one_look=one_look, image_error=image_error
        ),
        standard_deviation=deviation,
        image_error=image_error,
        image_limit=half_width(image_error, alpha_of_means(family)),
    )


def any_look(differences: Numbers) -> Interval:
    """Return the intervals of the mean that are valid at any number of looks."""
    n, mean = len(differences), float(differences.mean())
    error = standard_deviation(differences) / math.sqrt(n)

    def interval(alpha: float) -> tuple[float, float]:
        width = mixture_t.half_width(n, alpha)
        half = width if math.isinf(width) else width * error
        return mean - half, mean + half

    return interval


def planned_look(differences: Numbers, rng: np.random.Generator) -> Interval:
    """Return the intervals of the mean that are valid if this is the only look."""
    means = sign_flips.subset_means(differences, rng)
    return lambda alpha: sign_flips.interval(means, alpha)


def p_value(interval: Interval) -> float:
    """Return the smallest error rate at which an interval does not contain zero.

    So the p-value and the interval cannot contradict each other. It is 1 if all contain zero, and
    at least `SMALLEST_P`.
    """

    def rejects(log_alpha: float) -> bool:
        low, high = interval(math.exp(log_alpha))
        return low > 0 or high < 0

    low, high = math.log(SMALLEST_P), 0.0
    if not rejects(-1e-12):
        return 1.0
    while high - low > PRECISION:
        middle = (low + high) / 2
        low, high = (low, middle) if rejects(middle) else (middle, high)
    return math.exp(high)


def standard_deviation(differences: Numbers) -> float:
    """Return the standard deviation, without the error of rounding if all are equal."""
    equal = np.ptp(differences) <= sign_flips.ROUNDING * np.max(np.abs(differences))
    return 0.0 if equal else float(differences.std(ddof=1))


def mcnemar_test(correct_a: npt.NDArray[np.bool_], correct_b: npt.NDArray[np.bool_]) -> float:
    """Return the p-value of McNemar's exact test for two models on the same examples.

    ``correct_a [n]`` and ``correct_b [n]`` are true for the examples that a model classifies
    correctly (McNemar 1947).
    """
    table = [
        [int(np.sum(correct_a & correct_b)), int(np.sum(correct_a & ~correct_b))],
        [int(np.sum(~correct_a & correct_b)), int(np.sum(~correct_a & ~correct_b))],
    ]
    return float(mcnemar(table, exact=True).pvalue)
