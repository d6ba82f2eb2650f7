"""P(A>B) with its interval, and the rule of Bouthillier et al."""

import math

import numpy as np
import pandas as pd
import pytest
from frames import arm, diverged, frame
from scipy import stats

from experiments.comparison import pairs
from experiments.comparison.outperformance import (
    ADVISED_SEEDS,
    FEWEST_SEEDS,
    THRESHOLD,
    outperformance,
)


@pytest.mark.parametrize(("won", "n"), [(5, 10), (8, 10), (18, 20), (1, 12), (24, 40)])
def test_the_interval_is_that_of_all_resamples(won: int, n: int) -> None:
    """The number of wins in a resample of n seeds is binomial, so its quantiles are known."""
    found = outperformance(pd.Series([1.0] * won + [0.0] * (n - won)))
    resampled = stats.binom(n, won / n)
    assert found.share == won / n
    assert found.low == pytest.approx(resampled.ppf(0.025) / n, abs=1 / n + 1e-9)
    assert found.high == pytest.approx(resampled.ppf(0.975) / n, abs=1 / n + 1e-9)
    assert found.low < found.share < found.high


@pytest.mark.parametrize(
    ("won", "n", "significant", "meaningful"),
    [
        (10, 20, False, False),
        (12, 20, False, True),  # the interval contains 1/2
        (120, 200, True, False),  # more often than chance, but not often
        (16, 20, True, True),
        (6, 6, True, True),
        (0, 20, False, False),
    ],
)
def test_an_arm_is_better_if_it_is_significant_and_meaningful(
    won: int, n: int, significant: bool, meaningful: bool
) -> None:
    found = outperformance(pd.Series([1.0] * won + [0.0] * (n - won)))
    assert (found.significant, found.meaningful) == (significant, meaningful)


def test_the_other_arm_has_the_reversed_interval() -> None:
    wins = pd.Series([1.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
    found, of_b = outperformance(wins), outperformance(wins).reversed
    assert (of_b.share, of_b.low, of_b.high) == (1 - found.share, 1 - found.high, 1 - found.low)
    assert (found.significant, of_b.significant, of_b.meaningful) == (False, True, True)


def test_the_same_seeds_give_the_same_interval() -> None:
    wins = pd.Series([1.0, 0.0, 0.5, 1.0, 1.0, 0.0, 1.0])
    assert outperformance(wins) == outperformance(wins.copy())


def test_ties_count_half_and_a_diverged_run_loses() -> None:
    runs = [
        *arm("loss=ce", at=0.95, seeds=range(4)),
        *diverged("loss=ce", seeds=[4, 5]),
        *arm("loss=mse", at=0.93, seeds=range(5)),
        *diverged("loss=mse", seeds=[5]),
    ]
    (pair,) = pairs(frame(runs), "loss")
    assert pair.wins.tolist() == [1, 1, 1, 1, 0, 0.5]
    assert outperformance(pair.wins).share == pair.superiority == 4.5 / 6


@pytest.mark.parametrize("n", range(1, FEWEST_SEEDS))
def test_a_few_seeds_have_no_interval_even_if_one_arm_always_wins(n: int) -> None:
    found = outperformance(pd.Series(np.ones(n)))
    assert found.share == 1
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert not (found.significant)
    assert not (found.meaningful)
    assert not (found.reversed.significant)
    assert stats.binomtest(n, n).pvalue > 0.05


@pytest.mark.parametrize(("n", "error"), [(6, 0.031), (7, 0.125), (20, 0.041), (29, 0.061)])
def test_how_often_equal_arms_seem_to_differ(n: int, error: float) -> None:
    """The percentile bootstrap of a few seeds does not keep 5 %, as docs/statistics.md says."""
    found = [outperformance(pd.Series([1.0] * won + [0.0] * (n - won))) for won in range(n + 1)]
    wrong = [each.significant or each.reversed.significant for each in found]
    chances = stats.binom.pmf(range(n + 1), n, 0.5)
    assert chances[wrong].sum() == pytest.approx(error, abs=0.0006)


def test_the_fewest_seeds_can_be_significant_in_the_sign_test() -> None:
    assert stats.binomtest(FEWEST_SEEDS, FEWEST_SEEDS).pvalue < 0.05


def test_the_advised_seeds_are_noethers() -> None:
    """Noether (1987) for errors of 5 % of both kinds, as in Bouthillier et al."""
    z = stats.norm.ppf(0.95) - stats.norm.ppf(0.05)
    assert math.ceil((z / (math.sqrt(6) * (0.5 - THRESHOLD))) ** 2) == ADVISED_SEEDS
