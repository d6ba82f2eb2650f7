"""The error rates of a table, the fewest seeds of a verdict, and detectable differences."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.comparison import Verdict
from experiments.comparison.decision import decide
from experiments.comparison.power import (
    ALPHA,
    POWER,
    alpha_of_failures,
    alpha_of_means,
    detectable_difference,
    fewest_seeds,
)
from experiments.comparison.statistics import paired_statistics


def verdict(differences: np.ndarray, family: int, *, one_look: bool = False) -> Verdict:
    """Return the verdict without advice, so that it takes no time."""
    known = paired_statistics(
        differences,
        np.zeros(len(differences)),
        rng=np.random.default_rng(0),
        family=family,
        one_look=one_look,
    )
    return decide(known, family=family, one_look=True).verdict


@pytest.mark.parametrize("family", [1, 8])
def test_all_error_rates_of_a_table_together_are_5_percent(family: int) -> None:
    total = family * (alpha_of_means(family) + alpha_of_failures(family))
    assert total == pytest.approx(ALPHA)


@pytest.mark.parametrize("one_look", [False, True])
@pytest.mark.parametrize("family", [1, 2, 8, 100])
def test_the_fewest_seeds_are_the_first_that_can_decide(family: int, one_look: bool) -> None:
    n = fewest_seeds(family, one_look=one_look)
    assert verdict(np.full(n, 0.25), family, one_look=one_look) is Verdict.A_BETTER
    assert verdict(np.full(n - 1, 0.25), family, one_look=one_look) is Verdict.UNDECIDED
    assert math.isinf(detectable_difference(n - 1, 0.1, family, one_look=one_look))
    assert math.isfinite(detectable_difference(n, 0.1, family, one_look=one_look))


@pytest.mark.parametrize("one_look", [False, True])
@pytest.mark.parametrize("n", [10, pytest.param(30, marks=pytest.mark.stress)])
def test_the_detectable_difference_is_detected_with_80_percent_power(
    n: int, one_look: bool
) -> None:
    rng = np.random.default_rng(n)
    difference = detectable_difference(n, 0.002, 4, one_look=one_look)
    simulations = 300
    decided = sum(
        verdict(rng.normal(difference, 0.002, n), 4, one_look=one_look) is Verdict.A_BETTER
        for _ in range(simulations)
    )
    low, high = stats.binom.interval(0.999, simulations, POWER)
    assert low - 0.05 * simulations <= decided <= high + 0.05 * simulations


def test_one_seed_detects_nothing_and_equal_differences_detect_everything() -> None:
    assert math.isinf(detectable_difference(1, 0.0))
    assert detectable_difference(8, 0.0) == 0.0
