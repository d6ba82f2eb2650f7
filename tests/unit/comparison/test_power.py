"""The number of seeds that a test needs: by the noncentral t distribution, and by simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.comparison import MARGIN
from experiments.comparison.power import (
    ALPHA,
    MOST_SEEDS,
    POWER,
    fewest_seeds,
    minimum_detectable_effect,
    seeds_to_detect,
    seeds_to_show_tie,
)

CONFIDENCE = 0.999
"""A simulated rate may be off by what happens by chance in one of 1000 cases."""
SIMULATIONS = 4_000
MANY_SIMULATIONS = 20_000


def power(effect: float, n: int, alpha: float) -> float:
    """Return the power of a two-sided paired t-test, by the noncentral t distribution."""
    t, center = stats.t.ppf(1 - alpha / 2, n - 1), effect * math.sqrt(n)
    return float(stats.nct.sf(t, n - 1, center) + stats.nct.cdf(-t, n - 1, center))


def simulated_power(effect: float, n: int, alpha: float, simulations: int) -> tuple[float, float]:
    """Return the lower and upper limit of the power of a t-test, from simulated samples."""
    samples = np.random.default_rng(n).normal(effect, 1, (simulations, n))
    rejected = np.mean(stats.ttest_1samp(samples, 0, axis=1).pvalue < alpha)
    error = stats.binom.ppf(CONFIDENCE, simulations, POWER) / simulations - POWER
    return float(rejected - error), float(rejected + error)


SIMULATED = pytest.mark.parametrize(
    "simulations",
    [SIMULATIONS, pytest.param(MANY_SIMULATIONS, marks=pytest.mark.stress)],
)


@SIMULATED
@pytest.mark.parametrize("n", [6, 12, 30])
def test_the_minimum_detectable_effect_is_detected_with_80_percent_power(
    n: int, simulations: int
) -> None:
    effect = minimum_detectable_effect(n, 0.002) / 0.002
    low, high = simulated_power(effect, n, ALPHA, simulations)
    assert low <= POWER <= high


@pytest.mark.parametrize("n", range(5, 1001, 17))
def test_the_minimum_detectable_effect_agrees_with_the_noncentral_t_distribution(n: int) -> None:
    assert power(minimum_detectable_effect(n, 1.0), n, ALPHA) == pytest.approx(POWER, abs=0.01)


@pytest.mark.parametrize("family", [1, 8])
@pytest.mark.parametrize("effect", [0.3, 0.8, 1.1])
def test_the_seeds_to_detect_a_difference_are_the_fewest_with_enough_power(
    effect: float, family: int
) -> None:
    n = seeds_to_detect(-0.002 * effect, 0.002, family)
    assert power(effect, n, ALPHA / family) >= POWER > power(effect, n - 1, ALPHA / family)
    assert n > fewest_seeds(family)


@SIMULATED
@pytest.mark.parametrize(("effect", "family"), [(0.3, 1), (0.8, 8)])
def test_the_seeds_to_detect_a_difference_detect_it_in_simulations(
    effect: float, family: int, simulations: int
) -> None:
    n = seeds_to_detect(effect, 1.0, family)
    assert simulated_power(effect, n, ALPHA / family, simulations)[1] >= POWER


@pytest.mark.parametrize("family", [1, 8])
@pytest.mark.parametrize("exponent", range(1, 16))
def test_the_number_of_seeds_has_limits_at_both_ends(exponent: int, family: int) -> None:
    assert seeds_to_detect(10.0**exponent, 1.0, family) == fewest_seeds(family)
    assert seeds_to_detect(10.0 ** -(exponent + 1), 1.0, family) == MOST_SEEDS


@pytest.mark.parametrize("difference", [0.1, 0.0])
def test_without_deviation_the_fewest_seeds_are_enough(difference: float) -> None:
    assert seeds_to_detect(difference, 0.0, 8) == fewest_seeds(8)


def test_no_number_of_seeds_detects_a_difference_of_zero() -> None:
    assert seeds_to_detect(0.0, 0.1, 8) == MOST_SEEDS


def test_no_number_of_seeds_shows_a_tie_at_the_margin() -> None:
    assert seeds_to_show_tie(MARGIN, 0.1, MARGIN) == MOST_SEEDS


def test_the_seeds_to_show_a_tie_are_the_fewest_whose_interval_fits() -> None:
    n = seeds_to_show_tie(0.0004, 0.002, MARGIN)
    half_widths = [stats.t.ppf(1 - ALPHA / 2, k - 1) * 0.002 / math.sqrt(k) for k in (n, n - 1)]
    assert half_widths[0] < MARGIN - 0.0004 <= half_widths[1]


@pytest.mark.parametrize("family", [1, 2, 4, 8, 100])
def test_the_fewest_seeds_are_the_first_whose_p_value_can_be_small_enough(family: int) -> None:
    n = fewest_seeds(family)
    assert 2 / 2**n * family < ALPHA <= 2 / 2 ** (n - 1) * family
