"""Intervals and tests for the differences of two arms over paired seeds.

The methods are those of SciPy and statsmodels.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from experiments.comparison.power import ALPHA, fewest_seeds, minimum_detectable_effect

Numbers = npt.NDArray[np.float64]

RESAMPLES = 9999
"""The number of resamples of a bootstrap, and the most sign patterns of an exact test."""
ROUNDING = 1e-9
"""Means are equal if they differ by less than this fraction of the largest difference."""


@dataclass(frozen=True)
class PairedStatistics:
    """The statistics of two arms over the same ``n`` seeds. Differences are A minus B."""

    n: int
    mean_a: float
    mean_b: float
    difference: float
    low: float  # lower end of the 95 % interval of the mean difference
    high: float  # upper end
    p: float  # two-sided p-value of a mean difference of zero
    minimum_detectable_effect: float  # with n seeds and 80 % power
    standard_deviation: float  # of the differences


def paired_statistics(
    a: Sequence[float], b: Sequence[float], *, rng: np.random.Generator
) -> PairedStatistics:
    """Return the statistics of two arms. ``a[i]`` and ``b[i]`` have the same seed.

    Raise ValueError if there are fewer than two pairs.
    """
    first, second = np.asarray(a, float), np.asarray(b, float)
    if len(first) != len(second) or len(first) < 2:
        raise ValueError(f"{len(first)} and {len(second)} values are not two pairs or more")
    differences = first - second
    low, high = confidence_interval(differences, rng=rng)
    standard_deviation = float(differences.std(ddof=1))
    return PairedStatistics(
        n=len(differences),
        mean_a=float(first.mean()),
        mean_b=float(second.mean()),
        difference=float(differences.mean()),
        low=low,
        high=high,
        p=sign_flip_test(differences, rng=rng),
        minimum_detectable_effect=minimum_detectable_effect(len(differences), standard_deviation),
        standard_deviation=standard_deviation,
    )


def confidence_interval(differences: Numbers, *, rng: np.random.Generator) -> tuple[float, float]:
    """Return the 95 % BCa bootstrap interval of the mean (Efron 1987).

    Bootstrap intervals of a mean are too short for small n. Therefore the level is raised until a
    percentile interval is as long as Student's (the expanded interval of Hesterberg 2015, *What
    teachers should know about the bootstrap*, section 5.3). With fewer differences than
    `fewest_seeds` the interval is Student's, because a resampled mean never lies outside the range
    of the differences, and the true mean does so in more than 5 % of cases.
    """
    n = len(differences)
    if np.ptp(differences) == 0:
        return float(differences[0]), float(differences[0])
    if n < fewest_seeds():
        student = stats.t(n - 1, differences.mean(), stats.sem(differences)).interval(1 - ALPHA)
        return float(student[0]), float(student[1])
    tail = stats.norm.cdf(math.sqrt(n / (n - 1)) * stats.t.ppf(ALPHA / 2, n - 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        interval = stats.bootstrap(
            (differences,),
            np.mean,
            confidence_level=1 - 2 * tail,
            n_resamples=RESAMPLES,
            method="BCa",
            rng=rng,
        ).confidence_interval
    return float(interval.low), float(interval.high)


def sign_flip_test(differences: Numbers, *, rng: np.random.Generator) -> float:
    """Return the two-sided p-value of a mean of zero by flipping signs (Fisher 1935).

    If the true mean is zero, all signs are equally likely. The test is exact if there are at most
    `RESAMPLES` sign patterns. Otherwise it samples them. Accuracies are multiples of one example,
    so many patterns have the same mean. Means that differ by rounding only count as equal.
    """
    if not differences.any():
        return 1.0
    test = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=RESAMPLES, rng=rng
    )
    means = np.abs(test.null_distribution)
    as_extreme = means >= abs(test.statistic) - ROUNDING * np.max(np.abs(differences))
    sampled = 2 ** len(differences) > RESAMPLES  # then the observed pattern is counted as well
    return float((np.sum(as_extreme) + sampled) / (len(means) + sampled))


def sign_test(wins: int, losses: int) -> float:
    """Return the two-sided p-value of these wins and losses, if both are equally likely."""
    return float(stats.binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0


def holm_correction(p_values: Sequence[float]) -> list[float]:
    """Return the p-values of a family of tests, adjusted for their number (Holm 1979)."""
    if not p_values:
        return []
    return [float(p) for p in multipletests(p_values, alpha=ALPHA, method="holm")[1]]


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
