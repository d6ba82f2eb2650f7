"""Comparing two arms over paired seeds: intervals, tests, and what they allow to be said.

The methods are SciPy's and statsmodels'; here they are put together and their limits are said.
"""

import bisect
import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

Numbers = npt.NDArray[np.float64]

ALPHA = 0.05
POWER = 0.8
RESAMPLES = 9999
ROUNDING = 1e-9
"""Of the largest difference: what is nearer to each other is equal."""
MARGIN = 0.001
"""Differences in accuracy that are no difference in practice: 0.1 points."""
MOST_SEEDS = 1000
"""More than this are not worth asking for."""


@dataclass(frozen=True)
class Paired:
    """Two arms over the same ``n`` seeds; differences are A minus B."""

    n: int
    mean_a: float
    mean_b: float
    difference: float
    low: float  # of the 95 % interval
    high: float
    p: float  # sign-flip permutation test, two-sided
    detectable: float  # the smallest difference that as many seeds would find with 80 % power
    deviation: float  # standard deviation of the differences


def paired(a: Sequence[float], b: Sequence[float], *, rng: np.random.Generator) -> Paired:
    """Compare two arms whose i-th values share a seed. Raises ValueError below two pairs."""
    first, second = np.asarray(a, float), np.asarray(b, float)
    if len(first) != len(second) or len(first) < 2:
        raise ValueError(f"{len(first)} and {len(second)} values are not two pairs or more")
    differences = first - second
    low, high = interval(differences, rng=rng)
    deviation = float(differences.std(ddof=1))
    return Paired(
        n=len(differences),
        mean_a=float(first.mean()),
        mean_b=float(second.mean()),
        difference=float(differences.mean()),
        low=low,
        high=high,
        p=sign_flip(differences, rng=rng),
        detectable=detectable(len(differences), deviation),
        deviation=deviation,
    )


def interval(differences: Numbers, *, rng: np.random.Generator) -> tuple[float, float]:
    """Return the 95 % BCa bootstrap interval of the mean (Efron 1987).

    Bootstrap intervals of a mean are too short for small n, so the level is raised to the one at
    which a percentile interval is as long as Student's (the expanded interval of Hesterberg 2015,
    *What teachers should know about the bootstrap*, section 5.3). Below `fewest` differences it is
    Student's interval: resamples never leave what they are drawn from, and the mean lies outside of
    that more often than one time in twenty.
    """
    n = len(differences)
    if np.ptp(differences) == 0:
        return float(differences[0]), float(differences[0])
    if n < fewest():
        student = stats.t(n - 1, differences.mean(), stats.sem(differences)).interval(1 - ALPHA)
        return float(student[0]), float(student[1])
    tail = stats.norm.cdf(math.sqrt(n / (n - 1)) * stats.t.ppf(ALPHA / 2, n - 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        found = stats.bootstrap(
            (differences,),
            np.mean,
            confidence_level=1 - 2 * tail,
            n_resamples=RESAMPLES,
            method="BCa",
            rng=rng,
        ).confidence_interval
    return float(found.low), float(found.high)


def sign_flip(differences: Numbers, *, rng: np.random.Generator) -> float:
    """Return the two-sided p-value of a mean of zero, all signs being as likely (Fisher 1935).

    Exact where there are no more than `RESAMPLES` ways to flip the signs. Means that are equal but
    for rounding count as equal: accuracies are multiples of one example, so many are.
    """
    if not differences.any():
        return 1.0
    test = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=RESAMPLES, rng=rng
    )
    means = np.abs(test.null_distribution)
    as_far = means >= abs(test.statistic) - ROUNDING * np.max(np.abs(differences))
    drawn = 2 ** len(differences) > RESAMPLES  # then the way observed counts, too
    return float((np.sum(as_far) + drawn) / (len(means) + drawn))


def sign_test(wins: int, losses: int) -> float:
    """Return the two-sided p-value of as many wins and losses, if either were as likely."""
    return float(stats.binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0


def detectable(n: int, deviation: float) -> float:
    """Return the smallest mean difference that a paired t-test on n seeds finds with 80 % power.

    The usual approximation, the sum of two quantiles of Student's t in standard errors: exact
    inversion of the non-central t fails for some n, and differs by less than 5 % from n = 5 on.
    """
    quantiles = stats.t.ppf(1 - ALPHA / 2, n - 1) + stats.t.ppf(POWER, n - 1)
    return float(deviation * quantiles / math.sqrt(n))


def seeds_needed(difference: float, deviation: float, family: int = 1) -> int:
    """Return how many pairs find a mean difference with 80 % power, at most `MOST_SEEDS`.

    The first of ``family`` comparisons that Holm's correction rejects has to pass `ALPHA` over
    their number.
    """
    if deviation == 0:
        return fewest(family)
    effect, power = abs(difference) / deviation, TTestPower().power
    candidates = range(fewest(family), MOST_SEEDS)
    found = bisect.bisect_left(candidates, POWER, key=lambda n: power(effect, n, ALPHA / family))
    return fewest(family) + found


def seeds_for_tie(difference: float, deviation: float, margin: float = MARGIN) -> int:
    """Return how many pairs it takes for the interval of a mean to fit into the margin.

    At most `MOST_SEEDS`.
    """
    room = margin - abs(difference)

    def fits(n: int) -> bool:
        return bool(stats.t.ppf(1 - ALPHA / 2, n - 1) * deviation / math.sqrt(n) < room)

    candidates = range(fewest(), MOST_SEEDS)
    return fewest() + (
        bisect.bisect_left(candidates, True, key=fits) if room > 0 else len(candidates)
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for the family that they belong to (Holm 1979)."""
    if not p_values:
        return []
    return [float(p) for p in multipletests(p_values, alpha=ALPHA, method="holm")[1]]


def fewest(family: int = 1) -> int:
    """Return the seeds below which no test of a family can reject: all signs alike, p = 2 / 2^n."""
    return math.floor(1 - math.log2(ALPHA / family)) + 1


def verdict(
    result: Paired, adjusted_p: float, *, family: int = 1, margin: float = MARGIN
) -> tuple[str, int]:
    """Return `A better`, `B better`, `tie` or `undecided`, and how many more seeds that asks for.

    A tie is an interval that lies within ``margin`` of zero, of as many pairs as a test needs; it
    comes first, as a difference that is certain but too small to matter is none. Better is what the
    test, corrected for its family, finds. What is asked for is an estimate, as if the difference
    observed were the true one: enough for a test or for a tie, whichever takes less, and at least a
    quarter more than there are. Zero if `MOST_SEEDS` would not do.
    """
    if result.n >= fewest() and -margin < result.low and result.high < margin:
        return "tie", 0
    if adjusted_p < ALPHA:
        return ("A better" if result.difference > 0 else "B better"), 0
    needed = min(
        seeds_needed(result.difference, result.deviation, family),
        seeds_for_tie(result.difference, result.deviation, margin),
    )
    if needed >= MOST_SEEDS:
        return "undecided", 0
    return "undecided", max(needed - result.n, math.ceil(result.n / 4))


def mcnemar_p(correct_a: npt.NDArray[np.bool_], correct_b: npt.NDArray[np.bool_]) -> float:
    """Return the exact p-value of McNemar's test for two models on the same examples.

    (McNemar 1947.) ``correct_a [n]`` and ``correct_b [n]`` say which examples each got right.
    """
    table = [
        [int(np.sum(correct_a & correct_b)), int(np.sum(correct_a & ~correct_b))],
        [int(np.sum(~correct_a & correct_b)), int(np.sum(~correct_a & ~correct_b))],
    ]
    return float(mcnemar(table, exact=True).pvalue)
