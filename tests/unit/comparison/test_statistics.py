"""The statistics of two arms: against the formulas, with properties that hold for all numbers."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import trials
from scipy import stats

from experiments.comparison.decision import Verdict, decide
from experiments.comparison.mixture_t import half_width
from experiments.comparison.power import ALPHA, alpha_of_means, detectable_difference
from experiments.comparison.statistics import PairedStatistics, mcnemar_test, paired_statistics

deterministic = trials(40)


def statistics_of(differences: Sequence[float] | np.ndarray, seed: int = 0) -> PairedStatistics:
    zeros = np.zeros(len(differences))
    return paired_statistics(differences, zeros, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(5))
def test_mcnemars_test_uses_the_examples_on_which_two_models_differ(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.random(300) < 0.95, rng.random(300) < 0.85
    only_a, only_b = int(np.sum(a & ~b)), int(np.sum(b & ~a))
    expected = stats.binomtest(only_a, only_a + only_b).pvalue
    assert only_a != only_b
    assert mcnemar_test(a, b) == pytest.approx(expected, rel=1e-9)
    assert mcnemar_test(b, a) == pytest.approx(expected, rel=1e-9)
    both = np.ones(1000, bool)  # examples on which they agree
    more = mcnemar_test(np.append(a, both), np.append(b, both))
    assert more == pytest.approx(expected, rel=1e-9)


def test_mcnemars_test_finds_no_difference_between_a_model_and_itself() -> None:
    correct = np.array([True, False, True])
    assert mcnemar_test(correct, correct) == 1.0


# ---- the statistics of two arms


@pytest.mark.parametrize("family", [1, 4])
def test_means_interval_and_p_value(family: int) -> None:
    a = [0.9, 0.8, 0.7, 0.6, 0.9, 0.8, 0.7, 0.9]
    b = [0.8, 0.72, 0.66, 0.5, 0.7, 0.7, 0.6, 0.8]
    result = paired_statistics(a, b, rng=np.random.default_rng(0), family=family)
    differences = np.subtract(a, b)
    error = stats.sem(differences)
    assert result.n == 8
    assert (result.mean_a, result.mean_b) == pytest.approx((np.mean(a), np.mean(b)))
    assert result.difference == pytest.approx(differences.mean())
    half = half_width(8, alpha_of_means(family)) * error
    ends = (differences.mean() - half, differences.mean() + half)
    assert (result.low, result.high) == pytest.approx(ends)
    alpha = result.p * alpha_of_means(family) / ALPHA  # at which the interval just reaches zero
    assert half_width(8, alpha) * error == pytest.approx(differences.mean(), rel=1e-5)
    assert result.standard_deviation == pytest.approx(differences.std(ddof=1))
    detectable = detectable_difference(8, result.standard_deviation, family)
    assert result.detectable_difference == detectable


def test_one_planned_look_has_a_shorter_interval() -> None:
    values = np.random.default_rng(0).normal(0.003, 0.002, 12)
    found = [
        paired_statistics(values, np.zeros(12), rng=np.random.default_rng(0), one_look=one_look)
        for one_look in (True, False)
    ]
    assert found[0].high - found[0].low < found[1].high - found[1].low
    assert found[0].detectable_difference < found[1].detectable_difference


def test_equal_differences_have_an_interval_without_length() -> None:
    result = statistics_of([0.1 + 0.2, 0.3, 0.3, 0.3, 0.3, 0.3])
    assert (result.low, result.high) == pytest.approx((0.3, 0.3))
    assert (result.standard_deviation, result.detectable_difference) == (0.0, 0.0)
    assert result.p < ALPHA


def test_no_difference_has_a_p_value_of_one() -> None:
    assert statistics_of([0.0] * 7).p == 1.0


def test_few_seeds_have_no_interval() -> None:
    result = statistics_of([0.3, 0.2])
    assert (result.low, result.high) == (-math.inf, math.inf)


def test_the_same_numbers_give_the_same_result() -> None:
    differences = [0.01, -0.02, 0.03, 0.005, 0.002, 0.004]
    assert str(statistics_of(differences)) == str(statistics_of(differences))


@pytest.mark.parametrize("values", [([0.9], [0.8]), ([0.9, 0.8], [0.7]), ([], [])])
def test_fewer_than_two_pairs_are_refused(values: tuple[list[float], list[float]]) -> None:
    with pytest.raises(ValueError, match="pairs"):
        paired_statistics(*values, rng=np.random.default_rng(0))


sixty_fourths = st.integers(0, 64).map(lambda k: k / 64)  # their sums are exact
arms = st.integers(2, 9).flatmap(
    lambda n: st.tuples(*[st.lists(sixty_fourths, min_size=n, max_size=n)] * 2)
)
Arms = tuple[list[float], list[float]]
IRRATIONAL = math.pi / 200
"""A margin at which no interval of such numbers ends."""


def of(
    a: Sequence[float], b: Sequence[float], margin: float = IRRATIONAL
) -> tuple[PairedStatistics, Verdict]:
    """Return the statistics of two arms and the verdict."""
    result = paired_statistics(a, b, rng=np.random.default_rng(0))
    return result, decide(result, margin=margin).verdict


@deterministic
@given(arms)
def test_swapped_arms_have_the_opposite_sign_and_verdict(pairs: Arms) -> None:
    a, b = pairs
    (result, verdict), (swapped, opposite) = of(a, b), of(b, a)
    expected = dataclasses.replace(
        result,
        mean_a=result.mean_b,
        mean_b=result.mean_a,
        difference=-result.difference,
        low=-result.high,
        high=-result.low,
    )
    assert dataclasses.astuple(swapped) == pytest.approx(
        dataclasses.astuple(expected), abs=1e-12, nan_ok=True
    )
    assert opposite == str(verdict).translate(str.maketrans("AB", "BA"))


@deterministic
@given(arms, st.integers(-640, 640).map(lambda k: k / 64))
def test_a_constant_added_to_both_arms_changes_nothing(pairs: Arms, constant: float) -> None:
    a, b = pairs
    (result, verdict), (moved, same) = (
        of(a, b),
        of([x + constant for x in a], [x + constant for x in b]),
    )
    expected = dataclasses.replace(result, mean_a=moved.mean_a, mean_b=moved.mean_b)
    assert str(moved) == str(expected)
    assert moved.mean_a == pytest.approx(result.mean_a + constant, abs=1e-12)
    assert same is verdict


@deterministic
@given(arms, st.integers(-10, 10).map(lambda k: 2.0**k))
def test_another_unit_of_accuracy_scales_all_but_the_p_value(pairs: Arms, factor: float) -> None:
    a, b = pairs
    result, verdict = of(a, b)
    scaled, same = of([x * factor for x in a], [x * factor for x in b], margin=IRRATIONAL * factor)
    for field in dataclasses.fields(PairedStatistics):
        times = 1 if field.name in ("n", "p") else factor
        expected = getattr(result, field.name) * times
        assert getattr(scaled, field.name) == pytest.approx(
            expected, rel=1e-9, abs=1e-12 * times, nan_ok=True
        )
    assert same is verdict


@deterministic
@given(arms, st.randoms(use_true_random=False))
def test_the_order_of_seeds_does_not_change_the_p_value(pairs: Arms, chance: object) -> None:
    a, b = pairs
    order = list(range(len(a)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    result, _ = of(a, b)
    other, _ = of([a[i] for i in order], [b[i] for i in order])
    assert other.p == result.p
    assert other.difference == pytest.approx(result.difference, abs=1e-15)
    assert other.standard_deviation == pytest.approx(result.standard_deviation, abs=1e-15)
