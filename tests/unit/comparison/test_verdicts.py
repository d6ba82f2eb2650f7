"""Verdicts in words: sentences, and the table for people."""

import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.comparison import (
    Comparison,
    Row,
    SelectionBias,
    Verdict,
    readable_table,
    selection_bias_sentence,
    two_networks_sentence,
    verdict_sentences,
    verdict_words,
)
from experiments.comparison.failures import Failures
from experiments.comparison.power import fewest_seeds
from experiments.comparison.statistics import PairedStatistics, paired_statistics
from experiments.comparison.verdicts import end_words, p_words

STATISTICS: dict[str, Any] = {
    "n": 20,
    "mean_a": 0.9543,
    "mean_b": 0.9513,
    "difference": 0.003,
    "low": -0.001,
    "high": 0.007,
    "p": 0.0123,
    "detectable_difference": 0.0041,
    "standard_deviation": 0.01,
    "image_error": math.nan,
    "image_limit": 0.0,
}
AHEAD = {"low": 0.001, "high": 0.005}
BEHIND = {"difference": -0.003, "low": -0.005, "high": -0.001}


def row(statistics: dict[str, Any] | None, **values: Any) -> Row:
    """Return a row that is undecided unless ``values`` says otherwise.

    ``statistics`` are values that differ from `STATISTICS`, or None.
    """
    default: dict[str, Any] = {
        "condition": "784-30-10",
        "arm_a": "ce",
        "arm_b": "mse",
        "learning_rate_a": 0.056,
        "learning_rate_b": 0.56,
        "seeds": 20,
        "diverged_a": 0.0,
        "diverged_b": 0.0,
        "failures_a": Failures(0, 20),
        "failures_b": Failures(0, 20),
        "failures_p": 0.5,
        "median_a": 0.954,
        "median_b": 0.951,
        "superiority": 0.75,
        "verdict": Verdict.UNDECIDED,
        "more_seeds": 6,
        "chance": 0.6,
        "pair": None,
    }
    known = None if statistics is None else PairedStatistics(**{**STATISTICS, **statistics})
    return Row(statistics=known, **{**default, **values})


def decided(verdict: Verdict, statistics: dict[str, Any], **values: Any) -> Row:
    return row(statistics, verdict=verdict, more_seeds=0, **values)


def comparison(*rows: Row, incomplete: tuple[str, ...] = ()) -> Comparison:
    return Comparison(
        group="loss",
        metric="test/accuracy",
        margin=0.001,
        one_look=False,
        family=len(rows),
        rows=rows,
        tuned=pd.DataFrame(),
        incomplete=incomplete,
        unequal_tuning=(),
        selection_bias=SelectionBias(0, 0),
    )


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        pytest.param(
            decided(Verdict.A_BETTER, AHEAD),
            "ce is better than mse by 0.30 points (95 % interval +0.10 to +0.50, 20 paired seeds).",
            id="A better",
        ),
        pytest.param(
            decided(Verdict.B_BETTER, BEHIND),
            "mse is better than ce by 0.30 points (95 % interval +0.10 to +0.50, 20 paired seeds).",
            id="B better",
        ),
        pytest.param(
            decided(Verdict.TIE, {"difference": -0.0002, "low": -0.0006, "high": 0.0003}),
            "mse and ce tie: a difference of 0.02 points"
            " (95 % interval -0.03 to +0.06, 20 paired seeds).",
            id="tie",
        ),
        pytest.param(
            row({}),
            "undecided: run 6 more seeds (60% chance); so far ce is ahead of mse by 0.30 points"
            " (95 % interval -0.10 to +0.70, 20 paired seeds).",
            id="undecided, A ahead",
        ),
        pytest.param(
            row({"difference": -0.003, "low": -0.007, "high": 0.001, "n": 3}, more_seeds=23),
            "undecided: run 23 more seeds (60% chance); so far mse is ahead of ce by 0.30 points"
            " (95 % interval -0.10 to +0.70, 3 paired seeds).",
            id="undecided, B ahead",
        ),
        pytest.param(
            row({}, more_seeds=0),
            "undecided: more than 1000 seeds are needed; so far ce is ahead of mse by 0.30 points"
            " (95 % interval -0.10 to +0.70, 20 paired seeds).",
            id="undecided for good",
        ),
        pytest.param(
            row({"image_limit": 0.0091}, more_seeds=0),
            "undecided: the test images alone leave ±0.91 points; so far ce is ahead of mse by 0.30"
            " points (95 % interval -0.10 to +0.70, 20 paired seeds).",
            id="undecided because of the test images",
        ),
        pytest.param(
            row(None, seeds=1, more_seeds=5, chance=math.nan),
            "undecided: 1 seed cannot reach 5 %; 5 can; 1 paired seed so far.",
            id="one seed",
        ),
        pytest.param(
            row({"low": -math.inf, "high": math.inf, "n": 3}),
            "undecided: run 6 more seeds (60% chance); so far ce is ahead of mse by 0.30 points"
            " (too few seeds for an interval, 3 paired seeds).",
            id="too few seeds for an interval",
        ),
        pytest.param(
            row({}, more_seeds=0, failures_a=Failures(2, 20)),
            "undecided: the rates of failure may be equal; ce failed in 2 of 20 runs (rate 3% to"
            " 30%), mse in 0 of 20 runs (rate 0% to 16%); p = 0.500 for equal rates. Median"
            " accuracies: 95.40% and 95.10%. If both learn, ce - mse is +0.30 points (95 % interval"
            " -0.10 to +0.70); this does not decide, because it leaves out the runs that failed.",
            id="A sometimes failed",
        ),
        pytest.param(
            row(None, diverged_a=1.0, failures_a=Failures(2, 2), median_a=math.nan),
            "undecided: ce diverged; ce failed in 2 of 2 runs (rate 34% to 100%), mse in 0 of 20"
            " runs (rate 0% to 16%); p = 0.500 for equal rates. Median accuracies: diverged"
            " and 95.10%.",
            id="A always diverged",
        ),
        pytest.param(
            row(None, verdict=Verdict.B_BETTER, failures_a=Failures(12, 20)),
            "mse fails less often; ce failed in 12 of 20 runs (rate 39% to 78%), mse in 0 of 20"
            " runs (rate 0% to 16%); p = 0.500 for equal rates. Median accuracies: 95.40% and"
            " 95.10%.",
            id="A fails more often",
        ),
    ],
)
def test_a_row_is_a_sentence_from_the_side_of_the_arm_that_is_ahead(
    row: Row, sentence: str
) -> None:
    assert verdict_sentences(comparison(row)) == f"- **784-30-10**: {sentence}"


def test_every_row_and_every_missing_run_is_an_item_of_the_list() -> None:
    rows = [row({}, condition=condition) for condition in ("784-30-10", "784-20-10-10")]
    lines = verdict_sentences(comparison(*rows, incomplete=("784-9-10: only ce",))).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "- **784-30-10**",
        "- **784-20-10-10**",
        "- 784-9-10",
    ]


def test_the_readable_table_is_in_points_and_percent() -> None:
    rows = [decided(Verdict.B_BETTER, BEHIND), row(None)]
    table = readable_table(comparison(*rows))
    first, second = (dict(each) for _, each in table.iterrows())
    assert first == {
        "condition": "784-30-10",
        "A": "ce @ 0.056",
        "B": "mse @ 0.56",
        "seeds": 20,
        "mean A": "95.43%",
        "mean B": "95.13%",
        "A - B": "-0.30 (-0.50 to -0.10)",
        "p": "0.012",
        "P(A>B)": "75%",
        "detectable": "0.41",
        "failed": "0, 0",
        "verdict": "mse better",
    }
    empty = {name for name, value in second.items() if value == ""}
    assert empty == {"mean A", "mean B", "A - B", "p", "detectable"}
    assert second["verdict"] == "undecided: run 6 more seeds (60% chance)"


@pytest.mark.parametrize(
    ("seeds", "rows", "words"),
    [
        (1, 1, "1 seed cannot reach 5 %; 5 can"),
        (4, 1, "4 seeds cannot reach 5 %; 5 can"),
        (5, 4, "5 seeds cannot reach 5 % in a family of 4; 6 can"),
    ],
)
@pytest.mark.parametrize("one_look", [False, True])
def test_too_few_seeds_are_the_reason_of_no_verdict(
    seeds: int, rows: int, words: str, one_look: bool
) -> None:
    undecided = row({"n": seeds}, seeds=seeds, more_seeds=0 if one_look else 6)
    shown = replace(comparison(*[undecided] * rows), one_look=one_look)
    enough = fewest_seeds(rows, one_look=one_look)
    expected = re.sub(r"\d+ can$", f"{enough} can", words)
    assert verdict_words(undecided, shown) == f"undecided: {expected}"


def test_enough_seeds_can_give_a_verdict_and_one_less_cannot() -> None:
    for family in (1, 4):
        enough = fewest_seeds(family)
        clear = [1.0] * enough
        for n, low in ((enough - 1, -math.inf), (enough, 1.0)):
            rng = np.random.default_rng(0)
            known = paired_statistics(clear[:n], [0.0] * n, rng=rng, family=family)
            assert known.low == low


def test_a_row_with_failures_shows_what_its_verdict_is_about() -> None:
    failing = row({}, verdict=Verdict.B_BETTER, failures_a=Failures(12, 20), failures_p=0.01)
    (shown,) = readable_table(comparison(failing)).to_dict("records")
    assert (shown["A - B"], shown["p"]) == ("12 and 0 of 20 failed", "0.010")


@pytest.mark.parametrize(
    ("end", "words"), [(0.003, "+0.30"), (0.00002, "+0.002"), (-0.00002, "-0.002"), (0.0, "+0.00")]
)
def test_the_end_of_an_interval_shows_its_sign(end: float, words: str) -> None:
    assert end_words(end) == words


@pytest.mark.parametrize(
    ("p", "words"),
    [(0.0499, "< 0.050"), (0.05, "= 0.050"), (0.0494, "= 0.049"), (0.001, "= 0.001")],
)
def test_a_p_value_is_shown_on_its_side_of_five_percent(p: float, words: str) -> None:
    assert p_words(p) == words


def test_a_tiny_p_value_is_not_shown_as_zero() -> None:
    table = readable_table(comparison(decided(Verdict.A_BETTER, {**AHEAD, "p": 1e-4})))
    assert table["p"].item() == "< 0.001"
    assert "p < 0.001" in two_networks_sentence([True] * 100, [False] * 100, "a", "b")


@pytest.mark.parametrize(
    ("only_a", "only_b", "result"),
    [
        (30, 10, "the two networks differ (McNemar's test, p = 0.002)"),
        (10, 30, "the two networks differ (McNemar's test, p = 0.002)"),
        (12, 10, "this may be chance (McNemar's test, p = 0.832)"),
        (0, 0, "this may be chance (McNemar's test, p = 1.000)"),
    ],
)
def test_mcnemars_test_of_two_networks_is_a_sentence(only_a: int, only_b: int, result: str) -> None:
    a = np.array([True] * only_a + [False] * only_b + [True] * 50 + [False] * 5)
    b = np.array([False] * only_a + [True] * only_b + [True] * 50 + [False] * 5)
    sentence = two_networks_sentence(pd.Series(a), b, "ce sgd", "mse adam")
    assert sentence.startswith(
        f"{only_a} images are classified correctly by ce sgd only, {only_b} by mse adam only:"
        f" {result}."
    )
    assert "compare several seeds" in sentence


def test_a_network_is_not_compared_with_itself() -> None:
    sentence = two_networks_sentence([True], [True], "ce", "ce")
    assert sentence.startswith("Only ce has been trained")


def test_an_unknown_selection_bias_is_no_number() -> None:
    sentence = selection_bias_sentence(SelectionBias(float("nan"), float("nan")))
    assert sentence == (
        "No finished run has opened its test set, so the selection bias of the best epoch is"
        " unknown."
    )


@pytest.mark.parametrize(
    ("validation", "test", "gains", "bias"),
    [
        (0.0015, 0.0005, ("+0.15", "+0.05"), "0.10 points of the gain are"),
        (0.001, -0.0005, ("+0.10", "-0.05"), "0.15 points of the gain are"),
        (0.0005, 0.0007, ("+0.05", "+0.07"), "no part of it is"),
    ],
)
def test_selection_bias_is_a_sentence(
    validation: float, test: float, gains: tuple[str, str], bias: str
) -> None:
    assert selection_bias_sentence(SelectionBias(validation, test)) == (
        f"The best epoch gains {gains[0]} points over the last epoch on the validation set and"
        f" {gains[1]} on the test set: {bias} selection bias."
    )
