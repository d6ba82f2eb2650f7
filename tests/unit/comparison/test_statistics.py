"""Statistics, checked against other formulas, by enumeration, and by simulation of arms with a
known difference.

What is simulated is held to where a binomial count lies but for one time in a thousand.
"""

import dataclasses
import gc
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from experiments.comparison import statistics
from experiments.comparison.statistics import ALPHA, MARGIN, RESAMPLES, Paired

Draw = Callable[[np.random.Generator, int], np.ndarray]
LIMITS = 0.999

properties = settings(derandomize=True, deadline=None, max_examples=40)


def compare(differences: Sequence[float] | np.ndarray, seed: int = 0) -> Paired:
    zeros = np.zeros(len(differences))
    return statistics.paired(differences, zeros, rng=np.random.default_rng(seed))


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """A tenth of the resamples: their noise is a fifth of that of the samples drawn here.

    Without what is in memory by now for the collections of garbage that statsmodels makes with
    each of Holm's corrections.
    """
    gc.freeze()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "RESAMPLES", 999)
        yield
    gc.unfreeze()


@pytest.fixture
def thorough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "RESAMPLES", RESAMPLES)


# Intervals


DRAWS: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(0.003, 0.002, n),
    "skewed": lambda rng, n: 0.001 + 0.002 * rng.standard_exponential(n),
}
"""Differences with a mean of 0.003."""
LACKING = {
    ("normal", 6): 0.02,
    ("normal", 10): 0.01,
    ("skewed", 5): 0.08,
    ("skewed", 6): 0.06,
    ("skewed", 10): 0.03,
}
"""By how much few differences cover less than the nominal rate, as they do with any method."""


@pytest.mark.parametrize("n", [5, 6, 10, 20])
@pytest.mark.parametrize("name", DRAWS)
def test_intervals_cover_at_their_rate(name: str, n: int) -> None:
    simulations, rng = 400, np.random.default_rng(n)
    covered = 0
    for _ in range(simulations):
        low, high = statistics.interval(DRAWS[name](rng, n), rng=rng)
        covered += low <= 0.003 <= high
    nominal = 1 - ALPHA
    fewest = stats.binom.ppf(1 - LIMITS, simulations, nominal - LACKING.get((name, n), 0))
    assert fewest <= covered <= stats.binom.ppf(LIMITS, simulations, nominal)


@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_interval_of_fewer_than_can_decide_is_students(n: int) -> None:
    """Resamples never leave their range, which two numbers' mean does half of the time."""
    differences = np.random.default_rng(n).normal(0.003, 0.002, n)
    student = stats.ttest_1samp(differences, 0).confidence_interval(1 - ALPHA)
    found = statistics.interval(differences, rng=np.random.default_rng(0))
    assert found == pytest.approx((student.low, student.high), rel=1e-12)


@pytest.mark.usefixtures("thorough")
@pytest.mark.parametrize("n", [6, 10, 20])
def test_the_interval_of_symmetric_differences_is_nearly_students(n: int) -> None:
    differences = stats.norm.ppf((np.arange(n) + 0.5) / n, 0.003, 0.002)
    student = stats.ttest_1samp(differences, 0).confidence_interval(1 - ALPHA)
    low, high = statistics.interval(differences, rng=np.random.default_rng(0))
    assert (low, high) == pytest.approx((student.low, student.high), abs=2e-4)


def test_the_interval_of_skewed_differences_is_longer_where_their_tail_is() -> None:
    differences = stats.expon.ppf((np.arange(12) + 0.5) / 12)
    low, high = statistics.interval(differences, rng=np.random.default_rng(0))
    assert high - differences.mean() > 1.2 * (differences.mean() - low) > 0


def test_equal_differences_have_an_interval_of_no_length() -> None:
    result = compare([0.25] * 5)
    assert (result.low, result.high, result.detectable) == (0.25, 0.25, 0.0)
    assert math.isclose(result.p, 2 / 2**5)


# Tests of no difference


def brute_force(differences: np.ndarray) -> float:
    """Return in how many of all ways to flip signs the mean is at least as far from zero."""
    signs = np.array(list(product((1, -1), repeat=len(differences))))
    means = np.abs(signs @ differences)
    return float(np.mean(means >= abs(differences.sum()) - 1e-12))


@pytest.mark.usefixtures("thorough")
@pytest.mark.parametrize("n", [2, 3, 5, 9, 13])
def test_the_sign_flip_test_counts_every_way_to_flip(n: int) -> None:
    rng = np.random.default_rng(n)
    for differences in (
        rng.normal(0.5, 1, n),
        rng.integers(-3, 5, n) / 8,  # with ties and zeros
        np.ones(n),
        -np.ones(n),
    ):
        expected = brute_force(differences) if differences.any() else 1.0
        assert statistics.sign_flip(differences, rng=rng) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("examples", [10_000, 3000, 7])
def test_accuracies_that_are_equal_but_for_rounding_are_equal(examples: int) -> None:
    """Each is a count over as many examples, so that many ways to flip give the same mean."""
    rng = np.random.default_rng(examples)
    for _ in range(20):
        a, b = rng.integers(0, 10, (2, 7))
        counts = a - b + (a == b).all()
        expected = brute_force(counts.astype(float))
        differences = (a + (a == b).all()) / examples - b / examples
        assert statistics.sign_flip(differences, rng=rng) == pytest.approx(expected, rel=1e-12)


@pytest.mark.usefixtures("thorough")
def test_the_sign_flip_test_draws_where_the_ways_are_too_many() -> None:
    rng = np.random.default_rng(0)
    differences = rng.normal(0.4, 1, 15)
    p = brute_force(differences)
    found = statistics.sign_flip(differences, rng=rng)
    low, high = stats.binom.interval(LIMITS, RESAMPLES, p)
    assert found != p
    assert low / RESAMPLES <= found <= (high + 1) / (RESAMPLES + 1)


def test_no_difference_at_all_is_no_evidence() -> None:
    assert statistics.sign_flip(np.zeros(7), rng=np.random.default_rng(0)) == 1.0


@pytest.mark.parametrize("n", [5, 6, 8])
def test_of_all_ways_to_sign_differences_a_verdict_is_wrong_in_one_of_twenty(n: int) -> None:
    """The rate of false positives given the sizes, exactly: without a difference all signs are
    equally likely.
    """
    sizes = np.random.default_rng(n).exponential(0.01, n) + 0.002
    verdicts = []
    for signs in product((1, -1), repeat=n - 1):  # the others are these with A and B swapped
        result = compare(sizes * np.array([1, *signs]))
        verdicts.append(statistics.verdict(result, result.p)[0])
    wrong = sum(each.endswith("better") for each in verdicts)
    assert wrong <= ALPHA * len(verdicts)
    assert (wrong > 0) == (n >= statistics.fewest())


@pytest.mark.parametrize("deviation", [0.0005, 0.005])
def test_a_verdict_on_many_seeds_is_seldom_wrong(deviation: float) -> None:
    simulations, rng = 120, np.random.default_rng(0)
    wrong = 0
    for _ in range(simulations):
        result = statistics.paired(rng.normal(0.9, deviation, 20), np.full(20, 0.9), rng=rng)
        wrong += statistics.verdict(result, result.p)[0].endswith("better")
    assert wrong <= stats.binom.ppf(LIMITS, simulations, ALPHA)


def test_a_family_of_comparisons_is_seldom_wrong() -> None:
    """One wrong verdict spoils a family; without Holm's correction a third would be spoiled."""
    simulations, family, n = 100, 8, 9
    rng = np.random.default_rng(0)
    wrong = uncorrected = 0
    for _ in range(simulations):
        arms = rng.normal(0, 0.005, (family, n))
        p_values = [statistics.sign_flip(each, rng=rng) for each in arms]
        adjusted = statistics.holm(p_values)
        verdicts = [
            statistics.verdict(compare(each), p, family=family)[0]
            for each, p in zip(arms, adjusted, strict=True)
            if p < ALPHA
        ]
        wrong += any(each.endswith("better") for each in verdicts)
        uncorrected += min(p_values) < ALPHA
    assert wrong <= stats.binom.ppf(LIMITS, simulations, ALPHA)
    assert uncorrected > stats.binom.ppf(LIMITS, simulations, ALPHA)


def test_holm_multiplies_the_smallest_by_the_size_of_the_family() -> None:
    assert statistics.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert statistics.holm([0.02, 0.001, 0.8, 0.04, 0.3]) == pytest.approx(
        [0.08, 0.005, 0.8, 0.12, 0.6]
    )
    assert statistics.holm([]) == []
    assert statistics.holm([0.3]) == [0.3]


@properties
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_the_largest_so_far_of_each_times_those_left(values: list[float]) -> None:
    ranked = sorted(range(len(values)), key=values.__getitem__)
    expected, largest = [0.0] * len(values), 0.0
    for rank, index in enumerate(ranked):
        largest = max(largest, min(1.0, values[index] * (len(values) - rank)))
        expected[index] = largest
    assert statistics.holm(values) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_mcnemar_looks_at_the_examples_on_which_two_models_disagree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.random(300) < 0.95, rng.random(300) < 0.85
    only_a, only_b = int(np.sum(a & ~b)), int(np.sum(b & ~a))
    expected = stats.binomtest(only_a, only_a + only_b).pvalue
    assert only_a != only_b
    assert statistics.mcnemar_p(a, b) == pytest.approx(expected, rel=1e-9)
    assert statistics.mcnemar_p(b, a) == pytest.approx(expected, rel=1e-9)
    both = np.ones(1000, bool)  # on which they agree
    more = statistics.mcnemar_p(np.append(a, both), np.append(b, both))
    assert more == pytest.approx(expected, rel=1e-9)


def test_mcnemar_finds_no_difference_between_a_model_and_itself() -> None:
    correct = np.array([True, False, True])
    assert statistics.mcnemar_p(correct, correct) == 1.0


# Verdicts


EVEN = [0.01, 0.011, 0.012, 0.009, 0.01, 0.0105, 0.0095]


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        (EVEN, "A better"),
        ([-each for each in EVEN], "B better"),
        ([0.0001, -0.0001, 0.0002, -0.0002, 0.0001, -0.0001], "tie"),
        ([0.0004, 0.0005, 0.0004, 0.0005, 0.0004, 0.0005], "tie"),  # certain, but too small
        ([0.01, -0.01, 0.02, -0.015, 0.005, -0.002], "undecided"),
        ([0.01, 0.011, 0.012, 0.009], "undecided"),  # four seeds cannot decide
        ([0.0] * 6, "tie"),
        ([MARGIN / 2] * 6, "tie"),
        ([-MARGIN / 2] * 6, "tie"),
        ([-MARGIN / 2] * 5, "undecided"),  # five are as few for a tie as for a test
        ([0.25] * 6, "A better"),
        ([-0.25] * 6, "B better"),
        ([0.25] * 5, "undecided"),
    ],
)
def test_verdicts(differences: list[float], words: str) -> None:
    result = compare(differences)
    verdict, more = statistics.verdict(result, result.p)
    assert verdict == words
    assert (more > 0) == (words == "undecided")


def test_a_margin_decides_what_is_a_tie() -> None:
    result = compare(EVEN)
    assert statistics.verdict(result, result.p, margin=0.02) == ("tie", 0)
    assert statistics.verdict(result, result.p, margin=0.0105) == ("A better", 0)
    assert statistics.verdict(result, 1.0, margin=0.0105)[0] == "undecided"


def test_it_is_the_corrected_test_that_decides() -> None:
    result = compare(EVEN)
    assert statistics.verdict(result, ALPHA - 1e-9)[0] == "A better"
    assert statistics.verdict(result, ALPHA)[0] == "undecided"


# What is compared


def test_means_and_differences() -> None:
    rng = np.random.default_rng(0)
    result = statistics.paired([0.9, 0.8, 0.7, 0.6], [0.8, 0.8, 0.8, 0.5], rng=rng)
    assert (result.n, result.mean_a, result.mean_b) == (
        4,
        pytest.approx(0.75),
        pytest.approx(0.725),
    )
    assert result.difference == pytest.approx(0.025)
    assert result.low < result.difference < result.high
    assert result.deviation == pytest.approx(math.sqrt((2 * 0.075**2 + 0.025**2 + 0.125**2) / 3))
    assert result.detectable == statistics.detectable(4, result.deviation)


def test_all_that_is_said_of_two_arms_comes_from_pairs() -> None:
    """P(A > B), which looks at the arms without their pairs, is elsewhere."""
    assert [field.name for field in dataclasses.fields(Paired)] == [
        *("n", "mean_a", "mean_b", "difference", "low", "high", "p", "detectable", "deviation")
    ]


def test_the_same_numbers_give_the_same_result() -> None:
    differences = [0.01, -0.02, 0.03, 0.005, 0.002, 0.004]
    assert compare(differences) == compare(differences)


@pytest.mark.parametrize("values", [([0.9], [0.8]), ([0.9, 0.8], [0.7]), ([], [])])
def test_fewer_than_two_pairs_are_refused(values: tuple[list[float], list[float]]) -> None:
    with pytest.raises(ValueError, match="pairs"):
        statistics.paired(*values, rng=np.random.default_rng(0))


sixty_fourths = st.integers(0, 64).map(lambda k: k / 64)  # whose sums are exact
arms = st.integers(2, 9).flatmap(
    lambda n: st.tuples(*[st.lists(sixty_fourths, min_size=n, max_size=n)] * 2)
)
Arms = tuple[list[float], list[float]]
IRRATIONAL = math.pi / 200  # a margin that no interval of such numbers ends at


def of(a: Sequence[float], b: Sequence[float], margin: float = IRRATIONAL) -> tuple[Paired, str]:
    """Return the comparison and its verdict."""
    result = statistics.paired(a, b, rng=np.random.default_rng(0))
    return result, statistics.verdict(result, result.p, margin=margin)[0]


@properties
@given(arms)
def test_swapped_arms_have_the_opposite_sign_and_verdict(pairs: Arms) -> None:
    a, b = pairs
    (result, words), (swapped, opposite) = of(a, b), of(b, a)
    expected = dataclasses.replace(
        result,
        mean_a=result.mean_b,
        mean_b=result.mean_a,
        difference=-result.difference,
        low=-result.high,
        high=-result.low,
    )
    assert dataclasses.astuple(swapped) == pytest.approx(dataclasses.astuple(expected), abs=1e-12)
    assert opposite == words.translate(str.maketrans("AB", "BA"))


@properties
@given(arms, st.integers(-640, 640).map(lambda k: k / 64))
def test_a_constant_added_to_both_arms_changes_nothing(pairs: Arms, constant: float) -> None:
    a, b = pairs
    (result, words), (moved, same) = of(a, b), of(*([x + constant for x in arm] for arm in (a, b)))
    expected = dataclasses.replace(result, mean_a=moved.mean_a, mean_b=moved.mean_b)
    assert moved == expected
    assert moved.mean_a == pytest.approx(result.mean_a + constant, abs=1e-12)
    assert same == words


@properties
@given(arms, st.integers(-10, 10).map(lambda k: 2.0**k))
def test_another_unit_of_accuracy_scales_all_but_the_p_value(pairs: Arms, factor: float) -> None:
    a, b = pairs
    result, words = of(a, b)
    scaled, same = of(*([x * factor for x in arm] for arm in (a, b)), margin=IRRATIONAL * factor)
    for field in dataclasses.fields(Paired):
        times = 1 if field.name in ("n", "p") else factor
        expected = getattr(result, field.name) * times
        assert getattr(scaled, field.name) == pytest.approx(expected, rel=1e-9, abs=1e-12 * times)
    assert same == words


@properties
@given(arms, st.randoms(use_true_random=False))
def test_the_order_of_seeds_does_not_matter_to_the_test(pairs: Arms, chance: object) -> None:
    a, b = pairs
    order = list(range(len(a)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    result, _ = of(a, b)
    other, _ = of([a[i] for i in order], [b[i] for i in order])
    assert other.p == result.p
    assert other.difference == pytest.approx(result.difference, abs=1e-15)
    assert other.deviation == pytest.approx(result.deviation, abs=1e-15)
