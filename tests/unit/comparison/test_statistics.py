"""Intervals and tests, checked against other formulas, by enumeration and by simulation.

A simulated rate may be off by what happens by chance in one of 1000 cases.
"""

import dataclasses
import math
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import trials
from scipy import stats

from experiments.comparison import statistics
from experiments.comparison.decision import Verdict, decide
from experiments.comparison.power import ALPHA, minimum_detectable_effect
from experiments.comparison.statistics import (
    RESAMPLES,
    PairedStatistics,
    confidence_interval,
    holm_correction,
    mcnemar_test,
    paired_statistics,
    sign_flip_test,
    sign_test,
)

Draw = Callable[[np.random.Generator, int], np.ndarray]
CONFIDENCE = 0.999
pytestmark = pytest.mark.usefixtures("fewer_resamples")

deterministic = trials(40)


def statistics_of(differences: Sequence[float] | np.ndarray, seed: int = 0) -> PairedStatistics:
    zeros = np.zeros(len(differences))
    return paired_statistics(differences, zeros, rng=np.random.default_rng(seed))


@pytest.fixture
def all_resamples(monkeypatch: pytest.MonkeyPatch, fewer_resamples: None) -> None:
    """Resample as often as usual, in spite of the fixture of this file."""
    monkeypatch.setattr(statistics, "RESAMPLES", RESAMPLES)


# ---- intervals


DRAWS: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(0.003, 0.002, n),
    "skewed": lambda rng, n: 0.001 + 0.002 * rng.standard_exponential(n),
}
"""Differences with a mean of 0.003."""
SHORTFALL = {
    ("normal", 6): 0.02,
    ("normal", 10): 0.01,
    ("skewed", 5): 0.08,
    ("skewed", 6): 0.06,
    ("skewed", 10): 0.03,
}
"""By how much the coverage of few differences may be below 95 %, as it is with any method."""


@pytest.mark.parametrize("n", [5, 6, 10, 20])
@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("simulations", [100, pytest.param(1000, marks=pytest.mark.stress)])
def test_intervals_contain_the_true_mean_at_their_rate(name: str, n: int, simulations: int) -> None:
    rng = np.random.default_rng(n)
    covered = 0
    for _ in range(simulations):
        low, high = confidence_interval(DRAWS[name](rng, n), rng=rng)
        covered += low <= 0.003 <= high
    nominal = 1 - ALPHA
    fewest = stats.binom.ppf(1 - CONFIDENCE, simulations, nominal - SHORTFALL.get((name, n), 0))
    assert fewest <= covered <= stats.binom.ppf(CONFIDENCE, simulations, nominal)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_interval_of_too_few_differences_for_a_test_is_students(n: int) -> None:
    differences = np.random.default_rng(n).normal(0.003, 0.002, n)
    student = stats.ttest_1samp(differences, 0).confidence_interval(1 - ALPHA)
    found = confidence_interval(differences, rng=np.random.default_rng(0))
    assert found == pytest.approx((student.low, student.high), rel=1e-12)


@pytest.mark.usefixtures("all_resamples")
@pytest.mark.parametrize("n", [6, 10, 20])
def test_the_interval_of_symmetric_differences_is_nearly_students(n: int) -> None:
    differences = stats.norm.ppf((np.arange(n) + 0.5) / n, 0.003, 0.002)
    student = stats.ttest_1samp(differences, 0).confidence_interval(1 - ALPHA)
    low, high = confidence_interval(differences, rng=np.random.default_rng(0))
    assert (low, high) == pytest.approx((student.low, student.high), abs=2e-4)


def test_the_interval_of_skewed_differences_is_longer_on_the_side_of_their_tail() -> None:
    differences = stats.expon.ppf((np.arange(12) + 0.5) / 12)
    low, high = confidence_interval(differences, rng=np.random.default_rng(0))
    assert high - differences.mean() > 1.2 * (differences.mean() - low) > 0


def test_the_interval_of_equal_differences_has_no_length() -> None:
    result = statistics_of([0.25] * 5)
    assert (result.low, result.high, result.minimum_detectable_effect) == (0.25, 0.25, 0.0)
    assert math.isclose(result.p, 2 / 2**5)


# ---- tests


def brute_force(differences: np.ndarray) -> float:
    """Return the fraction of all sign patterns whose mean is at least as far from zero."""
    signs = np.array(list(product((1, -1), repeat=len(differences))))
    means = np.abs(signs @ differences)
    return float(np.mean(means >= abs(differences.sum()) - 1e-12))


@pytest.mark.usefixtures("all_resamples")
@pytest.mark.parametrize("n", [2, 3, 5, 9, 13])
def test_the_sign_flip_test_counts_every_sign_pattern(n: int) -> None:
    rng = np.random.default_rng(n)
    for differences in (
        rng.normal(0.5, 1, n),
        rng.integers(-3, 5, n) / 8,  # with ties and zeros
        np.ones(n),
        -np.ones(n),
    ):
        expected = brute_force(differences) if differences.any() else 1.0
        assert sign_flip_test(differences, rng=rng) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("examples", [10_000, 3000, 7])
def test_means_that_differ_by_rounding_only_are_equal(examples: int) -> None:
    """Accuracies are counts divided by the examples, so many sign patterns have the same mean."""
    rng = np.random.default_rng(examples)
    for _ in range(20):
        a, b = rng.integers(0, 10, (2, 7))
        counts = a - b + (a == b).all()
        expected = brute_force(counts.astype(float))
        differences = (a + (a == b).all()) / examples - b / examples
        assert sign_flip_test(differences, rng=rng) == pytest.approx(expected, rel=1e-12)


@pytest.mark.usefixtures("all_resamples")
def test_the_sign_flip_test_samples_if_there_are_too_many_sign_patterns() -> None:
    rng = np.random.default_rng(0)
    differences = rng.normal(0.4, 1, 15)
    p = brute_force(differences)
    found = sign_flip_test(differences, rng=rng)
    low, high = stats.binom.interval(CONFIDENCE, RESAMPLES, p)
    assert found != p
    assert low / RESAMPLES <= found <= (high + 1) / (RESAMPLES + 1)


def test_the_p_value_of_no_difference_is_one() -> None:
    assert sign_flip_test(np.zeros(7), rng=np.random.default_rng(0)) == 1.0


@pytest.mark.parametrize(("wins", "losses"), [(0, 0), (6, 0), (5, 1), (2, 9), (10, 10)])
def test_the_sign_test_counts_both_tails(wins: int, losses: int) -> None:
    n, most = wins + losses, max(wins, losses)
    tail = sum(math.comb(n, k) for k in range(most, n + 1)) / 2**n
    assert sign_test(wins, losses) == pytest.approx(min(1.0, 2 * tail))


def test_holms_correction_multiplies_the_smallest_p_value_by_the_size_of_the_family() -> None:
    assert holm_correction([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm_correction([0.02, 0.001, 0.8, 0.04, 0.3]) == pytest.approx(
        [0.08, 0.005, 0.8, 0.12, 0.6]
    )
    assert holm_correction([]) == []
    assert holm_correction([0.3]) == [0.3]


@deterministic
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holms_correction_is_the_running_maximum_of_p_times_the_remaining_tests(
    values: list[float],
) -> None:
    ranked = sorted(range(len(values)), key=values.__getitem__)
    expected, largest = [0.0] * len(values), 0.0
    for rank, index in enumerate(ranked):
        largest = max(largest, min(1.0, values[index] * (len(values) - rank)))
        expected[index] = largest
    assert holm_correction(values) == pytest.approx(expected, rel=1e-12)


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


def test_means_and_differences() -> None:
    rng = np.random.default_rng(0)
    result = paired_statistics([0.9, 0.8, 0.7, 0.6], [0.8, 0.8, 0.8, 0.5], rng=rng)
    assert result.n == 4
    assert (result.mean_a, result.mean_b) == pytest.approx((0.75, 0.725))
    assert result.difference == pytest.approx(0.025)
    assert result.low < result.difference < result.high
    deviation = math.sqrt((2 * 0.075**2 + 0.025**2 + 0.125**2) / 3)
    assert result.standard_deviation == pytest.approx(deviation)
    effect = minimum_detectable_effect(4, result.standard_deviation)
    assert result.minimum_detectable_effect == effect


def test_the_same_numbers_give_the_same_result() -> None:
    differences = [0.01, -0.02, 0.03, 0.005, 0.002, 0.004]
    assert statistics_of(differences) == statistics_of(differences)


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
    return result, decide(result, result.p, margin=margin).verdict


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
    assert dataclasses.astuple(swapped) == pytest.approx(dataclasses.astuple(expected), abs=1e-12)
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
    assert moved == expected
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
        assert getattr(scaled, field.name) == pytest.approx(expected, rel=1e-9, abs=1e-12 * times)
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
