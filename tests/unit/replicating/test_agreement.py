"""Whether a published number agrees with ours."""

import numpy as np
import pytest
from scipy import stats

from experiments.replicating.agreement import Agreement, interval, judge

OURS = [95.0, 95.2, 95.1, 95.4, 95.3]
MEAN, DEVIATION = 95.2, 0.158113883


def test_the_interval_of_a_new_run_is_that_of_the_textbook() -> None:
    """Hahn and Meeker 1991, table A.13: 3.041 deviations for 5 values, 95 % and one new value."""
    found = interval(OURS, 0.05, rounding=0.005)
    half = 3.041 * DEVIATION + 0.005
    assert (found.low, found.high) == pytest.approx((MEAN - half, MEAN + half), abs=1e-3)


@pytest.mark.parametrize("best_of", [1, 3])
def test_the_interval_contains_new_runs_as_often_as_it_says(best_of: int) -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(4000):
        found = interval(list(rng.normal(7, 2, 4)), 0.1, best_of)
        hits += rng.normal(7, 2, best_of).max() in found
    assert stats.binomtest(hits, 4000, 0.9).pvalue > 1e-3


def test_a_number_inside_agrees_and_one_far_outside_differs() -> None:
    assert judge(95.42, OURS, family=30).agreement is Agreement.AGREES
    far = judge(98.0, OURS, family=30)
    assert far.agreement is Agreement.DIFFERS
    assert far.reason == "above the interval of all numbers together"
    assert judge(92.0, OURS, family=30).reason == "below the interval of all numbers together"


def test_between_the_two_intervals_nothing_can_be_told() -> None:
    judged = judge(95.9, OURS, family=30)
    assert judged.alone is not None
    assert judged.together is not None
    assert 95.9 not in judged.alone
    assert 95.9 in judged.together
    assert judged.agreement is Agreement.CANNOT_TELL
    assert judge(95.9, OURS, family=1).agreement is Agreement.DIFFERS


def test_a_difference_names_what_the_text_leaves_open() -> None:
    judged = judge(98.0, OURS, family=1, left_open="no batch size is given")
    assert judged.agreement is Agreement.DIFFERS
    assert judged.reason == "above the interval of all numbers together; no batch size is given"
    agrees = judge(95.2, OURS, family=1, left_open="no batch size is given")
    assert (agrees.agreement, agrees.reason) == (Agreement.AGREES, "inside the interval")


def test_too_few_seeds_tell_nothing() -> None:
    judged = judge(95.0, [95.0, 95.0], family=1)
    assert (judged.agreement, judged.reason) == (
        Agreement.CANNOT_TELL,
        "2 seeds, 3 are needed",
    )
    none = judge(95.0, [], family=1, absent="0 of 3 seeds: a run is failed")
    assert none.reason == "0 of 3 seeds: a run is failed"


def test_seeds_without_a_value_leave_no_verdict() -> None:
    """They can be missing because they are worse: a selection of survivors agrees too easily."""
    judged = judge(95.2, OURS, family=1, absent="5 of 7 seeds: a run is interrupted")
    assert judged.agreement is Agreement.CANNOT_TELL
    assert judged.reason == "5 of 7 seeds: a run is interrupted"
    assert judged.alone is None
    unpublished = judge(None, OURS, family=1, absent=judged.reason)
    assert unpublished.agreement is Agreement.NOT_PUBLISHED
    assert unpublished.reason == judged.reason


def test_a_number_without_noise_agrees_when_rounded() -> None:
    same = [9.8] * 5
    assert judge(9.804, same, family=1, rounding=0.005).agreement is Agreement.AGREES
    assert judge(9.82, same, family=1, rounding=0.005).agreement is Agreement.DIFFERS


def test_a_text_without_a_number_has_no_verdict_but_our_interval() -> None:
    judged = judge(None, OURS, family=1)
    assert judged.agreement is Agreement.NOT_PUBLISHED
    assert judged.mean == pytest.approx(MEAN)
    assert judged.alone is not None


def test_no_interval_passes_its_limits() -> None:
    wide = [99.0, 99.9, 97.0]
    judged = judge(100.0, wide, family=5, limits=(0, 100))
    assert judged.alone is not None
    assert judged.together is not None
    assert judged.alone.high == judged.together.high == 100


@pytest.mark.parametrize(("values", "limit"), [([90.7, 82.2, 73.0], 100), ([9.8, 10.1, 1.0], 0)])
def test_nothing_can_be_told_where_the_interval_would_pass_a_limit(
    values: list[float], limit: float
) -> None:
    judged = judge(values[0], values, family=5, limits=(0, 100))
    assert judged.agreement is Agreement.CANNOT_TELL
    assert judged.reason.endswith(f"would pass {limit:g}")
    assert judge(50.0, [99.0, 99.9, 97.0], family=1, limits=(0, 100)).agreement is Agreement.DIFFERS


def test_equal_values_at_a_limit_agree() -> None:
    judged = judge(100.0, [100.0] * 5, family=5, rounding=0.005, limits=(0, 100))
    assert judged.agreement is Agreement.AGREES
