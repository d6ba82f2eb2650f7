"""The confidence sequence of a mean: against numerical integration, and at every look."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import trials
from scipy import integrate, stats

from experiments.comparison.mixture_t import PRIOR_VARIANCE, half_width

CONFIDENCE = 0.999
"""A simulated rate may be off by what happens by chance in one of 1000 cases."""


def log_e_value(t: float, n: int) -> float:
    """Return the logarithm of the e-value against a mean of zero, from Student's t."""
    known = 1 + n * PRIOR_VARIANCE
    if math.isinf(t):
        return (n - 1) / 2 * math.log(known)
    x = t * t / (n - 1)
    return -math.log(known) / 2 - n / 2 * (math.log1p(x / known) - math.log1p(x))


@pytest.mark.parametrize("n", [2, 5, 20])
@pytest.mark.parametrize("t", [0.0, 0.7, -2.5, 6.0])
def test_the_e_value_is_the_ratio_of_the_marginal_likelihoods_of_t(t: float, n: int) -> None:
    """With a prior on the effect, the density of t is a mixture of noncentral t distributions."""

    def density(effect: float) -> float:
        noncentral = stats.nct.pdf(t, n - 1, effect * math.sqrt(n))
        return float(noncentral * stats.norm.pdf(effect, 0, math.sqrt(PRIOR_VARIANCE)))

    mixture, _ = integrate.quad(density, -8, 8, limit=200, points=[0, t / math.sqrt(n)])
    expected = math.log(mixture / stats.t.pdf(t, n - 1))
    assert log_e_value(t, n) == pytest.approx(expected, abs=1e-4)


@trials(60)
@given(st.integers(5, 300), st.sampled_from([0.04, 0.005]), st.floats(0.01, 0.9))
def test_the_interval_has_the_means_that_the_e_value_does_not_reject(
    n: int, alpha: float, share: float
) -> None:
    width = half_width(n, alpha)
    if math.isinf(width):
        assert log_e_value(math.inf, n) < math.log(1 / alpha)
    else:
        assert log_e_value(width, n) == pytest.approx(math.log(1 / alpha), rel=1e-9)
        assert log_e_value(width * share, n) < math.log(1 / alpha) < log_e_value(width * 1.01, n)


def test_a_few_differences_have_no_interval() -> None:
    assert [math.isinf(half_width(n, 0.04)) for n in (0, 1, 2, 4, 5)] == [True] * 4 + [False]


def test_the_interval_of_many_differences_is_longer_than_students_for_the_price_of_looking() -> (
    None
):
    for n in (10, 100, 1000):
        student = stats.t.ppf(1 - 0.025, n - 1)
        assert student < half_width(n, 0.05) < 2.2 * student


@pytest.mark.parametrize("simulations", [1000, pytest.param(20_000, marks=pytest.mark.stress)])
@pytest.mark.parametrize("name", ["normal", "heavy"])
def test_looking_after_every_difference_is_rarely_wrong(name: str, simulations: int) -> None:
    rng, most = np.random.default_rng(0), 60
    shape = (simulations, most)
    drawn = rng.normal(size=shape) if name == "normal" else rng.standard_t(3, shape)
    n = np.arange(2, most + 1)
    means = np.cumsum(drawn, axis=1)[:, 1:] / n
    errors = np.sqrt((np.cumsum(drawn**2, axis=1)[:, 1:] / n - means**2) / (n - 1))
    widths = np.array([half_width(each, 0.05) for each in n])
    wrong = np.sum((np.abs(means) > widths * errors).any(axis=1))
    assert wrong <= stats.binom.ppf(CONFIDENCE, simulations, 0.05)
    student = stats.t.ppf(0.975, n - 1)
    assert np.sum((np.abs(means) > student * errors).any(axis=1)) > 2 * 0.05 * simulations
