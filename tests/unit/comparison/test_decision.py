"""Verdicts from intervals and p-values, and the additional seeds that are recommended."""

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from scipy import stats

from experiments.comparison import MARGIN, Verdict
from experiments.comparison.decision import Decision, decide, decide_by_wins
from experiments.comparison.power import ALPHA, POWER, fewest_seeds
from experiments.comparison.statistics import (
    PairedStatistics,
    holm_correction,
    paired_statistics,
    sign_flip_test,
)

CONFIDENCE = 0.999
BETTER = (Verdict.A_BETTER, Verdict.B_BETTER)
EVEN = [0.01, 0.011, 0.012, 0.009, 0.01, 0.0105, 0.0095]
"""Differences that are all nearly the same."""
pytestmark = pytest.mark.usefixtures("fewer_resamples")


def statistics_of(differences: Sequence[float] | np.ndarray, seed: int = 0) -> PairedStatistics:
    zeros = np.zeros(len(differences))
    return paired_statistics(differences, zeros, rng=np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        (EVEN, Verdict.A_BETTER),
        ([-each for each in EVEN], Verdict.B_BETTER),
        ([0.0001, -0.0001, 0.0002, -0.0002, 0.0001, -0.0001], Verdict.TIE),
        ([0.0004, 0.0005, 0.0004, 0.0005, 0.0004, 0.0005], Verdict.TIE),  # certain, but too small
        ([0.01, -0.01, 0.02, -0.015, 0.005, -0.002], Verdict.UNDECIDED),
        ([0.01, 0.011, 0.012, 0.009], Verdict.UNDECIDED),  # four seeds are too few
        ([0.0] * 6, Verdict.TIE),
        ([MARGIN / 2] * 6, Verdict.TIE),
        ([-MARGIN / 2] * 6, Verdict.TIE),
        ([-MARGIN / 2] * 5, Verdict.UNDECIDED),  # five seeds are too few for a tie, too
        ([0.25] * 6, Verdict.A_BETTER),
        ([-0.25] * 6, Verdict.B_BETTER),
        ([0.25] * 5, Verdict.UNDECIDED),
    ],
)
def test_verdicts(differences: list[float], verdict: Verdict) -> None:
    statistics = statistics_of(differences)
    decision = decide(statistics, statistics.p)
    assert decision.verdict is verdict
    assert (decision.more_seeds > 0) == (verdict is Verdict.UNDECIDED)


def test_the_margin_decides_if_it_is_a_tie() -> None:
    statistics = statistics_of(EVEN)
    assert decide(statistics, statistics.p, margin=0.02) == Decision(Verdict.TIE)
    assert decide(statistics, statistics.p, margin=0.0105) == Decision(Verdict.A_BETTER)
    assert decide(statistics, 1.0, margin=0.0105).verdict is Verdict.UNDECIDED


def test_the_corrected_p_value_decides() -> None:
    statistics = statistics_of(EVEN)
    assert decide(statistics, ALPHA - 1e-9).verdict is Verdict.A_BETTER
    assert decide(statistics, ALPHA).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("superiority", "p", "decision"),
    [
        (0.75, 0.01, Decision(Verdict.A_BETTER)),
        (0.25, 0.01, Decision(Verdict.B_BETTER)),
        (0.75, ALPHA, Decision(Verdict.UNDECIDED, fewest_seeds(8) - 4)),
    ],
)
def test_arms_that_diverged_are_decided_by_wins(
    superiority: float, p: float, decision: Decision
) -> None:
    assert decide_by_wins(superiority, p, seeds=4, family=8) == decision


def test_no_seeds_are_recommended_if_there_are_enough_for_a_sign_test() -> None:
    assert decide_by_wins(0.5, 1.0, seeds=20, family=8) == Decision(Verdict.UNDECIDED)


# ---- wrong verdicts


@pytest.mark.parametrize("n", [5, 6, 8])
def test_at_most_5_percent_of_all_sign_patterns_give_a_wrong_verdict(n: int) -> None:
    """Without a true difference all sign patterns are equally likely, so this rate is exact."""
    sizes = np.random.default_rng(n).exponential(0.01, n) + 0.002
    verdicts = []
    for signs in product((1, -1), repeat=n - 1):  # the others are these with A and B swapped
        statistics = statistics_of(sizes * np.array([1, *signs]))
        verdicts.append(decide(statistics, statistics.p).verdict)
    wrong = sum(verdict in BETTER for verdict in verdicts)
    assert wrong <= ALPHA * len(verdicts)
    assert (wrong > 0) == (n >= fewest_seeds())


SIMULATIONS = pytest.mark.parametrize(
    "simulations", [60, pytest.param(600, marks=pytest.mark.stress)]
)


@SIMULATIONS
@pytest.mark.parametrize("deviation", [0.0005, 0.005])
def test_a_verdict_on_many_seeds_is_rarely_wrong(deviation: float, simulations: int) -> None:
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(simulations):
        statistics = paired_statistics(rng.normal(0.9, deviation, 20), np.full(20, 0.9), rng=rng)
        wrong += decide(statistics, statistics.p).verdict in BETTER
    assert wrong <= stats.binom.ppf(CONFIDENCE, simulations, ALPHA)


@SIMULATIONS
def test_a_family_of_comparisons_is_rarely_wrong(simulations: int) -> None:
    """Without Holm's correction a third of the families would have a wrong verdict."""
    family, n = 8, 9
    rng = np.random.default_rng(0)
    wrong = uncorrected = 0
    for _ in range(simulations):
        arms = rng.normal(0, 0.005, (family, n))
        p_values = [sign_flip_test(each, rng=rng) for each in arms]
        verdicts = [
            decide(statistics_of(each), p, family=family).verdict
            for each, p in zip(arms, holm_correction(p_values), strict=True)
            if p < ALPHA
        ]
        wrong += any(verdict in BETTER for verdict in verdicts)
        uncorrected += min(p_values) < ALPHA
    limit = stats.binom.ppf(CONFIDENCE, simulations, ALPHA)
    assert wrong <= limit < uncorrected


# ---- additional seeds


def power(effect: float, n: int, alpha: float) -> float:
    """Return the power of a two-sided paired t-test, by the noncentral t distribution."""
    t, center = stats.t.ppf(1 - alpha / 2, n - 1), effect * math.sqrt(n)
    return float(stats.nct.sf(t, n - 1, center) + stats.nct.cdf(-t, n - 1, center))


@pytest.mark.parametrize("family", [1, 8])
def test_one_seed_less_than_the_fewest_decides_nothing(family: int) -> None:
    for n, is_decided in ((fewest_seeds(family), True), (fewest_seeds(family) - 1, False)):
        statistics = statistics_of(np.linspace(0.1, 0.2, n))
        adjusted, *_ = holm_correction([statistics.p] + [1.0] * (family - 1))
        decision = decide(statistics, adjusted, family=family)
        assert (decision.verdict is Verdict.A_BETTER) == is_decided
        assert (decision.more_seeds >= 1) == (not is_decided)


def test_without_deviation_the_fewest_seeds_are_recommended() -> None:
    statistics = statistics_of([0.25] * 4)
    assert decide(statistics, statistics.p).more_seeds == fewest_seeds() - 4
    assert decide(statistics, 1.0, family=8).more_seeds == fewest_seeds(8) - 4


@pytest.mark.parametrize("family", [1, 8])
def test_as_many_seeds_are_recommended_as_a_test_needs(family: int) -> None:
    statistics = statistics_of([0.01, -0.004, 0.02, -0.005, 0.005, -0.002])
    n = statistics.n + decide(statistics, 1.0, family=family).more_seeds
    effect = statistics.difference / statistics.standard_deviation
    assert power(effect, n, ALPHA / family) >= POWER > power(effect, n - 1, ALPHA / family)


def test_within_the_margin_as_many_seeds_are_recommended_as_a_tie_needs() -> None:
    statistics = statistics_of([0.0021, -0.002, 0.001, -0.001, 0.0015, -0.0015])
    assert 0 < statistics.difference < MARGIN
    n = statistics.n + decide(statistics, 1.0).more_seeds
    half_widths = [
        stats.t.ppf(1 - ALPHA / 2, k - 1) * statistics.standard_deviation / np.sqrt(k)
        for k in (n, n - 1)
    ]
    assert half_widths[0] < MARGIN - abs(statistics.difference) <= half_widths[1]


def test_at_least_a_quarter_more_seeds_are_recommended() -> None:
    statistics = statistics_of([0.01, 0.012, 0.011, 0.009, 0.01, 0.011, 0.01, 0.012])
    assert decide(statistics, 1.0) == Decision(Verdict.UNDECIDED, 2)


def test_no_seeds_are_recommended_if_no_number_decides() -> None:
    statistics = statistics_of([MARGIN, MARGIN + 1, MARGIN - 1] * 3)
    assert decide(statistics, 1.0) == Decision(Verdict.UNDECIDED, 0)
