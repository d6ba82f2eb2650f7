"""Effects in words, and their tables for people."""

import math
from dataclasses import replace
from functools import cache

import frames
import pytest

from experiments.comparison import Effect, Factorial, Verdict, factorial
from experiments.comparison.factorial_words import (
    cell_words,
    effect_name,
    effect_verdict,
    failure_sentences,
    readable_cells,
    readable_effects,
)
from experiments.comparison.failures import Failures


@cache
def result() -> Factorial:
    """Return the effects of a loss and its output, where all cells have the same noise."""
    at = {("ce", "sigmoid"): 0.90, ("ce", "softmax"): 0.92, ("mse", "sigmoid"): 0.93}
    at |= {("mse", "softmax"): 0.94}
    runs = [
        frames.run(f"loss={a}", f"loss.output={b}", f"seed={seed}", accuracy=mean + noise)
        for (a, b), mean in at.items()
        for seed, noise in enumerate((0.001, -0.001) * 4)
    ]
    return factorial(frames.frame(runs), "loss", "loss.output")


def changed(place: int, **values: object) -> Effect:
    return replace(result().rows[place], **values)  # type: ignore[arg-type]


def in_words(effect: Effect, *, family: int = 3, one_look: bool = False) -> str:
    return effect_verdict(effect, family=family, one_look=one_look)


def test_an_effect_has_the_name_of_its_factor_and_levels() -> None:
    contrasts = [row.contrast for row in result().rows]
    assert [effect_name(each) for each in contrasts] == [
        "loss: ce - mse",
        "loss.output: sigmoid - softmax",
        "interaction: ce - mse at sigmoid minus at softmax",
    ]
    assert [effect_name(each, alone=True) for each in contrasts] == [
        "loss: ce - mse",
        "loss.output: sigmoid - softmax",
        "interaction",
    ]


@pytest.mark.parametrize(
    ("place", "verdict", "words"),
    [
        (0, Verdict.A_BETTER, "ce better"),
        (0, Verdict.B_BETTER, "mse better"),
        (1, Verdict.B_BETTER, "softmax better"),
        (1, Verdict.TIE, "tie"),
        (2, Verdict.A_BETTER, "interaction"),
        (2, Verdict.B_BETTER, "interaction"),
        (2, Verdict.TIE, "no interaction"),
    ],
)
def test_a_verdict_names_the_better_level_or_whether_there_is_an_interaction(
    place: int, verdict: Verdict, words: str
) -> None:
    assert in_words(changed(place, verdict=verdict)) == words


def test_an_undecided_effect_says_what_would_decide_it() -> None:
    undecided = changed(2, verdict=Verdict.UNDECIDED, more_seeds=6, chance=0.6)
    assert in_words(undecided) == "undecided: run 6 more seeds (60% chance)"
    assert in_words(undecided, family=1000) == (
        "undecided: 8 seeds cannot reach 5 % in a family of 1000; 10 can"
    )
    known = replace(undecided, more_seeds=0)
    assert in_words(known, one_look=True) == (
        "undecided: the interval contains 0, and one look was planned"
    )
    contrast = undecided.contrast
    failed = replace(contrast, failed=contrast.failed | (contrast.failed.index == 2)[:, None])
    assert in_words(replace(known, contrast=failed)) == (
        "undecided: the rates of failure may be equal"
    )
    cells = [replace(contrast.cells[0], runs=contrast.cells[0].runs.assign(status="diverged"))]
    diverging = replace(failed, cells=[*cells, *contrast.cells[1:]])
    assert in_words(replace(known, contrast=diverging)) == "undecided: ce sigmoid diverged"


def test_the_effects_are_in_points_and_percent() -> None:
    table = readable_effects(result()).set_index("effect")
    assert list(table["A"]) == ["ce", "sigmoid", "ce - mse at sigmoid"]
    assert list(table["mean A"]) == ["91.00%", "91.50%", "-3.00"]
    assert list(table["mean B"]) == ["93.50%", "93.00%", "-2.00"]
    assert list(table["A - B"]) == [
        "-2.50 (-2.50 to -2.50)",
        "-1.50 (-1.50 to -1.50)",
        "-1.00 (-1.00 to -1.00)",
    ]
    assert list(table["verdict"]) == ["mse better", "softmax better", "interaction"]
    assert set(table["seeds"]) == {8}


def test_an_effect_without_statistics_has_empty_cells() -> None:
    unknown = replace(result(), rows=[changed(0, statistics=None, verdict=Verdict.UNDECIDED)])
    row = readable_effects(unknown).iloc[0]
    assert {name for name, value in row.items() if value == ""} == {
        *("mean A", "mean B", "A - B", "p", "detectable")
    }


def test_cells_have_their_mean_rate_and_seeds() -> None:
    cell = result().cells[0]
    assert cell_words(cell) == f"90.00% @ {cell.learning_rate:g}, 8 seeds"
    failing = replace(cell, failures=Failures(2, 8), mean=math.nan)
    assert cell_words(failing) == f"no mean @ {cell.learning_rate:g}, 8 seeds, 2 failed"
    table = readable_cells(result())
    assert list(table.columns) == [
        *("condition", "loss", "loss.output", "learning rate", "seeds", "failed", "mean")
    ]
    assert list(table["mean"]) == ["90.00%", "92.00%", "93.00%", "94.00%"]


def test_failures_are_counted_for_each_cell() -> None:
    cells = result().cells
    assert failure_sentences(cells) == []
    failing = [replace(cells[0], failures=Failures(2, 8)), *cells[1:]]
    assert failure_sentences(failing) == [
        "784-30-10: runs failed, so the means decide nothing: ce sigmoid in 2 of 8 runs (rate 7% to"
        " 59%). Compare one factor alone for verdicts about rates of failure."
    ]
