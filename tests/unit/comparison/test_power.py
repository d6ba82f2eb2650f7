"""How many seeds a verdict needs: against the noncentral t distribution, and by simulation."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from experiments.comparison import statistics
from experiments.comparison.statistics import ALPHA, MARGIN, MOST_SEEDS, POWER, Paired

LIMITS = 0.999


def compare(differences: Sequence[float]) -> Paired:
    zeros = np.zeros(len(differences))
    return statistics.paired(differences, zeros, rng=np.random.default_rng(0))


def power(effect: float, n: int, alpha: float) -> float:
    """Return that of a two-sided paired t-test, by the noncentral t distribution."""
    t, center = stats.t.ppf(1 - alpha / 2, n - 1), effect * math.sqrt(n)
    return float(stats.nct.sf(t, n - 1, center) + stats.nct.cdf(-t, n - 1, center))


def found(effect: float, n: int, alpha: float) -> tuple[float, float]:
    """Return how often a t-test finds an effect, less and more what chance there is in that."""
    simulations = 20_000
    samples = np.random.default_rng(n).normal(effect, 1, (simulations, n))
    count = np.sum(stats.ttest_1samp(samples, 0, axis=1).pvalue < alpha)
    error = simulations * (stats.binom.ppf(LIMITS, simulations, POWER) / simulations - POWER)
    return (count - error) / simulations, (count + error) / simulations


@pytest.mark.parametrize("n", [6, 12, 30])
def test_the_detectable_difference_is_found_as_often_as_it_says(n: int) -> None:
    effect = statistics.detectable(n, 0.002) / 0.002
    low, high = found(effect, n, ALPHA)
    assert low <= POWER <= high
    assert power(effect, n, ALPHA) == pytest.approx(POWER, abs=0.01)


@pytest.mark.parametrize("family", [1, 8])
@pytest.mark.parametrize("effect", [0.3, 0.8, 1.1])
def test_the_seeds_needed_find_the_difference_and_one_less_does_not(
    effect: float, family: int
) -> None:
    n = statistics.seeds_needed(-0.002 * effect, 0.002, family)
    assert power(effect, n, ALPHA / family) >= POWER > power(effect, n - 1, ALPHA / family)
    assert found(effect, n, ALPHA / family)[1] >= POWER
    assert n > statistics.fewest(family)


@pytest.mark.parametrize("family", [1, 8])
@pytest.mark.parametrize("exponent", range(1, 16))
def test_huge_effects_need_the_fewest_seeds_and_tiny_ones_more_than_are_asked_for(
    exponent: int, family: int
) -> None:
    assert statistics.seeds_needed(10.0**exponent, 1.0, family) == statistics.fewest(family)
    tiny = 10.0 ** -(exponent + 1)
    assert statistics.seeds_needed(tiny, 1.0, family) == MOST_SEEDS


@pytest.mark.parametrize("difference", [0.1, 0.0])
def test_without_deviation_the_fewest_seeds_do(difference: float) -> None:
    assert statistics.seeds_needed(difference, 0.0, 8) == statistics.fewest(8)


def test_no_number_of_seeds_finds_no_difference() -> None:
    assert statistics.seeds_needed(0.0, 0.1, 8) == MOST_SEEDS
    assert statistics.seeds_for_tie(MARGIN, 0.1) == MOST_SEEDS


# The fewest


@pytest.mark.parametrize("family", [1, 2, 4, 8, 100])
def test_the_fewest_seeds_are_those_that_can_decide(family: int) -> None:
    n = statistics.fewest(family)
    assert 2 / 2**n * family < ALPHA <= 2 / 2 ** (n - 1) * family


@pytest.mark.parametrize("family", [1, 8])
def test_one_seed_less_than_the_fewest_can_decide_nothing(family: int) -> None:
    for n, decides in ((statistics.fewest(family), True), (statistics.fewest(family) - 1, False)):
        result = compare(np.linspace(0.1, 0.2, n))
        adjusted, *_ = statistics.holm([result.p] + [1.0] * (family - 1))
        verdict, more = statistics.verdict(result, adjusted, family=family)
        assert (verdict == "A better") == decides
        assert (more >= 1) == (not decides)


# What verdicts ask for


def test_seeds_without_any_deviation_ask_for_the_fewest() -> None:
    result = compare([0.25] * 4)
    assert statistics.verdict(result, result.p) == ("undecided", statistics.fewest() - 4)
    assert statistics.verdict(result, 1.0, family=8) == ("undecided", statistics.fewest(8) - 4)


@pytest.mark.parametrize("family", [1, 8])
def test_what_is_undecided_asks_for_as_many_seeds_as_its_power_needs(family: int) -> None:
    result = compare([0.01, -0.004, 0.02, -0.005, 0.005, -0.002])
    _, more = statistics.verdict(result, 1.0, family=family)
    n, effect = result.n + more, result.difference / result.deviation
    assert power(effect, n, ALPHA / family) >= POWER > power(effect, n - 1, ALPHA / family)


def test_what_is_within_the_margin_asks_for_as_many_seeds_as_a_tie_needs() -> None:
    result = compare([0.0021, -0.002, 0.001, -0.001, 0.0015, -0.0015])
    assert 0 < result.difference < MARGIN
    _, more = statistics.verdict(result, 1.0)
    room = MARGIN - abs(result.difference)
    halves = [
        stats.t.ppf(1 - ALPHA / 2, n - 1) * result.deviation / np.sqrt(n)
        for n in (result.n + more, result.n + more - 1)
    ]
    assert halves[0] < room <= halves[1]


def test_an_estimate_that_was_exceeded_asks_for_a_quarter_more() -> None:
    result = compare([0.01, 0.012, 0.011, 0.009, 0.01, 0.011, 0.01, 0.012])
    assert statistics.verdict(result, 1.0) == ("undecided", 2)


def test_what_no_number_of_seeds_decides_asks_for_none() -> None:
    result = compare([MARGIN, MARGIN + 1, MARGIN - 1] * 3)
    assert statistics.verdict(result, 1.0) == ("undecided", 0)


@pytest.mark.parametrize(("wins", "losses"), [(0, 0), (6, 0), (5, 1), (2, 9), (10, 10)])
def test_the_sign_test_counts_as_many_or_more_on_either_side(wins: int, losses: int) -> None:
    n, most = wins + losses, max(wins, losses)
    tail = sum(math.comb(n, k) for k in range(most, n + 1)) / 2**n
    assert statistics.sign_test(wins, losses) == pytest.approx(min(1.0, 2 * tail))


@pytest.mark.parametrize("n", range(5, 1001, 17))
def test_what_is_detectable_is_found_four_times_in_five(n: int) -> None:
    assert power(statistics.detectable(n, 1.0), n, ALPHA) == pytest.approx(POWER, abs=0.01)
