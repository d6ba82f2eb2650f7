"""The inverted sign-flip test: by enumeration, against SciPy, and its coverage."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from experiments.comparison.sign_flips import MOST_SUBSETS, interval, subset_means
from experiments.comparison.statistics import PRECISION
from experiments.comparison.statistics import p_value as p_value_of

CONFIDENCE = 0.999


def p_value(means: np.ndarray) -> float:
    return p_value_of(lambda alpha: interval(means, alpha))


def brute_force(differences: np.ndarray) -> float:
    """Return twice the fraction of all sign patterns whose mean is as far to the nearer side."""
    signs = np.array(list(product((1, -1), repeat=len(differences))))
    sums, total = signs @ differences, differences.sum()
    sides = [np.mean(sums >= total - 1e-12), np.mean(sums <= total + 1e-12)]
    return min(1.0, 2 * float(min(sides)))


@pytest.mark.parametrize("n", [2, 5, 9, 13])
def test_the_p_value_counts_every_sign_pattern(n: int) -> None:
    rng = np.random.default_rng(n)
    for differences in (
        rng.normal(0.5, 1, n),
        np.ones(n),
        -np.ones(n),
    ):
        found = p_value(subset_means(differences, rng))
        assert found == pytest.approx(brute_force(differences), rel=3 * PRECISION)


def test_the_p_value_is_that_of_scipys_permutation_test() -> None:
    differences = np.random.default_rng(1).normal(0.4, 1, 10)
    test = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    found = p_value(subset_means(differences, np.random.default_rng(0)))
    assert found == pytest.approx(test.pvalue, rel=3 * PRECISION)


def test_of_many_differences_subsets_are_sampled() -> None:
    differences = np.random.default_rng(0).normal(0.4, 1, 15)
    means = subset_means(differences, np.random.default_rng(0))
    assert len(means) == MOST_SUBSETS
    p = brute_force(differences)
    low, high = stats.binom.interval(CONFIDENCE, MOST_SUBSETS, p / 2)
    assert 2 * low / MOST_SUBSETS <= p_value(means) <= 2 * (high + 1) / MOST_SUBSETS


@pytest.mark.parametrize("n", [5, 6, 8, 12])
def test_the_interval_contains_zero_if_and_only_if_the_test_does_not_reject(n: int) -> None:
    rng = np.random.default_rng(n)
    for _ in range(50):
        means = subset_means(rng.normal(0.6, 1, n), rng)
        low, high = interval(means, 0.05)
        assert (low <= 0 <= high) == (p_value(means) > 0.05)


def test_too_few_differences_have_no_interval() -> None:
    means = subset_means(np.array([1.0, 2, 3, 4, 5]), np.random.default_rng(0))
    assert interval(means, 0.05) == (-np.inf, np.inf)


@pytest.mark.parametrize("n", [6, 10, 20])
@pytest.mark.parametrize("simulations", [100, pytest.param(1000, marks=pytest.mark.stress)])
def test_intervals_of_stuck_seeds_contain_the_true_mean_at_their_rate(
    n: int, simulations: int
) -> None:
    """One seed in ten of either arm ends far below, as it does with bad initial weights."""
    rng = np.random.default_rng(n)
    covered = 0
    for _ in range(simulations):
        stuck = rng.random((2, n)) < 0.1
        differences = rng.normal(0, 0.002, n) + 0.1 * stuck[0] - 0.1 * stuck[1]
        low, high = interval(subset_means(differences, rng), 0.05)
        covered += low <= 0 <= high
    assert covered >= stats.binom.ppf(1 - CONFIDENCE, simulations, 0.95)
