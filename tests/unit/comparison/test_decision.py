"""Verdicts from intervals and rates of failure, and the additional seeds that are recommended."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from experiments.comparison import Verdict
from experiments.comparison.decision import (
    Decision,
    decide,
    decide_by_failures,
    with_advice,
)
from experiments.comparison.failures import e_value
from experiments.comparison.power import ALPHA, alpha_of_failures, fewest_seeds
from experiments.comparison.prediction import MOST_SEEDS
from experiments.comparison.statistics import PairedStatistics, paired_statistics
from experiments.recording import MARGIN

CONFIDENCE = 0.999
BETTER = (Verdict.A_BETTER, Verdict.B_BETTER)
EVEN = [0.01, 0.011, 0.012, 0.009, 0.01, 0.0105, 0.0095]
"""Differences that are all nearly the same."""


def statistics_of(
    differences: Sequence[float] | np.ndarray, family: int = 1, *, one_look: bool = False
) -> PairedStatistics:
    zeros, rng = np.zeros(len(differences)), np.random.default_rng(0)
    return paired_statistics(differences, zeros, rng=rng, family=family, one_look=one_look)


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
        ([-MARGIN / 2] * 4, Verdict.UNDECIDED),  # four seeds are too few for a tie, too
        ([0.25] * 6, Verdict.A_BETTER),
        ([-0.25] * 6, Verdict.B_BETTER),
        ([0.25] * 4, Verdict.UNDECIDED),
    ],
)
def test_verdicts(differences: list[float], verdict: Verdict) -> None:
    statistics = statistics_of(differences)
    decision = decide(statistics)
    assert decision.verdict is verdict
    assert (decision.more_seeds > 0) == (verdict is Verdict.UNDECIDED)
    assert (statistics.p < ALPHA) == (statistics.low > 0 or statistics.high < 0)


def test_the_margin_decides_if_it_is_a_tie() -> None:
    statistics = statistics_of(EVEN)
    assert decide(statistics, margin=0.02) == Decision(Verdict.TIE)
    assert decide(statistics, margin=0.0105) == Decision(Verdict.A_BETTER)


def test_a_larger_table_needs_more() -> None:
    differences = [0.012, 0.004, 0.015, 0.006, 0.011, 0.005, 0.013, 0.002]
    verdicts = [decide(statistics_of(differences, n), family=n).verdict for n in (1, 50)]
    assert verdicts == [Verdict.A_BETTER, Verdict.UNDECIDED]


def test_with_one_planned_look_no_seeds_are_recommended() -> None:
    differences = [0.01, -0.01, 0.02, -0.015, 0.005, -0.002]
    statistics = statistics_of(differences, one_look=True)
    assert decide(statistics, one_look=True) == Decision(Verdict.UNDECIDED)


@pytest.mark.parametrize("family", [1, 8])
def test_the_arm_that_fails_less_often_is_better(family: int) -> None:
    n = next(n for n in range(100) if e_value(n, 0) >= 1 / alpha_of_failures(family))
    assert decide_by_failures(n, 0, 30, family=family) == Decision(Verdict.B_BETTER)
    assert decide_by_failures(0, n, 30, family=family) == Decision(Verdict.A_BETTER)
    assert decide_by_failures(n - 1, 0, 30, family=family).verdict is Verdict.UNDECIDED
    assert decide_by_failures(n, n, 30, family=family).verdict is Verdict.UNDECIDED


def test_so_many_seeds_are_recommended_as_decide_if_the_arms_fail_as_before() -> None:
    undecided = decide_by_failures(6, 0, 60)
    assert undecided.verdict is Verdict.UNDECIDED
    assert math.isnan(undecided.chance)
    alpha, factor = alpha_of_failures(1), (60 + undecided.more_seeds) / 60
    assert e_value(6 * factor, 0) >= 1 / alpha > e_value(6 * (factor - 1 / 60), 0)
    assert decide_by_failures(1, 0, 5).more_seeds == 3 * 5
    assert decide_by_failures(2, 2, 20).more_seeds == 0  # equal rates are never decided
    assert decide_by_failures(6, 0, 60, one_look=True).more_seeds == 0


def test_one_planned_look_at_failures_needs_fewer_seeds() -> None:
    assert decide_by_failures(8, 0, 20, one_look=True) == Decision(Verdict.B_BETTER)
    assert decide_by_failures(8, 0, 20).verdict is Verdict.UNDECIDED


# ---- wrong verdicts


SIMULATIONS = pytest.mark.parametrize(
    "simulations", [25, pytest.param(600, marks=pytest.mark.stress)]
)


@SIMULATIONS
def test_a_table_that_is_looked_at_often_is_rarely_wrong(simulations: int) -> None:
    """A t-test at each of these looks would be wrong in more than half of the tables."""
    family, looks = 4, (5, 8, 12, 20, 40)
    rng = np.random.default_rng(0)
    wrong = uncorrected = 0
    for _ in range(simulations):
        arms = rng.normal(0, 0.005, (family, max(looks)))
        wrong += any(
            decide(statistics_of(arm[:n], family), one_look=True).verdict in BETTER
            for n in looks
            for arm in arms
        )
        uncorrected += (
            min(stats.ttest_1samp(arms[:, :n], 0, axis=1).pvalue.min() for n in looks) < ALPHA
        )
    assert wrong <= stats.binom.ppf(CONFIDENCE, simulations, ALPHA) < uncorrected


@SIMULATIONS
def test_a_difference_at_the_margin_is_rarely_a_tie(simulations: int) -> None:
    family, rng = 8, np.random.default_rng(0)
    wrong = 0
    for _ in range(simulations):
        arms = rng.normal(MARGIN, 0.0005, (family, 40))
        wrong += any(
            decide(statistics_of(arm[:n], family), one_look=True).verdict is Verdict.TIE
            for n in (10, 20, 40)
            for arm in arms
        )
    assert wrong <= stats.binom.ppf(CONFIDENCE, simulations, ALPHA)


# ---- additional seeds


@pytest.mark.parametrize("family", [1, 8])
def test_without_deviation_the_fewest_seeds_are_recommended(family: int) -> None:
    statistics = statistics_of([0.25] * 4, family)
    found = decide(statistics, family=family)
    assert (found.more_seeds, found.chance) == (fewest_seeds(family) - 4, 1.0)


def test_at_most_three_times_as_many_seeds_are_recommended_with_their_chance() -> None:
    statistics = statistics_of([0.01, -0.004, 0.02, -0.025, 0.005, -0.002] * 2)
    found = decide(statistics)
    assert found.more_seeds == 3 * statistics.n
    assert 0 < found.chance < 0.5


def test_seeds_that_will_be_left_out_are_recommended_in_addition() -> None:
    undecided = Decision(Verdict.UNDECIDED, 4, 0.5)
    found = with_advice(undecided, reused=3, diverges=False)
    assert found == Decision(Verdict.UNDECIDED, 7, 0.5)
    for settled in (Decision(Verdict.TIE), Decision(Verdict.UNDECIDED)):
        assert with_advice(settled, reused=3, diverges=False) == settled


def test_no_seeds_are_recommended_for_an_arm_that_diverges() -> None:
    undecided = Decision(Verdict.UNDECIDED, 4, 0.5)
    assert with_advice(undecided, reused=3, diverges=True).more_seeds == 0


def test_no_seeds_are_recommended_if_no_number_decides() -> None:
    statistics = statistics_of([MARGIN, MARGIN + 1, MARGIN - 1] * (MOST_SEEDS // 3))
    assert decide(statistics) == Decision(Verdict.UNDECIDED, 0)
