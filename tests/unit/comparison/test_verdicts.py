"""Verdicts in words: sentences, the terminal's table, and the files for a paper."""

import io
import math
import re
from collections.abc import Mapping
from typing import Any

import frames
import numpy as np
import pandas as pd
import pytest

from experiments.comparison import comparison, verdicts

SWEEP = {"id": "0123456789abcdef", "name": "loss=mse,ce [bold]seed=0,1[/bold]"}
AHEAD = {"difference": 0.003, "low": 0.001, "high": 0.005, "adjusted_p": 0.0123}
BEHIND = {"difference": -0.003, "low": -0.005, "high": -0.001, "adjusted_p": 0.0123}
UNKNOWN = dict.fromkeys(("n", "mean_a", "mean_b", *AHEAD, "p", "detectable", "deviation"), math.nan)
COMMAND = "python run.py -m loss=ce,mse 'seed=range(26)'"


def row(**said: Any) -> dict[str, Any]:
    """Return a comparison that is not decided, but for what is said."""
    usual = {
        "network": "784-30-10", "A": "ce", "B": "mse", "rate A": 0.056, "rate B": 0.56,
        "seeds": 20, "diverged A": 0.0, "diverged B": 0.0, "P(A>B)": 0.75, "n": 20,
        "mean_a": 0.9543, "mean_b": 0.9513, "difference": 0.003, "low": -0.001, "high": 0.007,
        "p": 0.1, "detectable": 0.0041, "deviation": 0.01, "adjusted_p": 0.2,
        "verdict": "undecided", "more_seeds": 6, "commands": [COMMAND],
    }  # fmt: skip
    return usual | said


def decided(verdict: str, **said: Any) -> dict[str, Any]:
    return row(verdict=verdict, more_seeds=0, commands=[], **said)


def sentence(of: Mapping[str, Any]) -> str:
    return verdicts.sentences(pd.DataFrame([of]))


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    """Return runs of three networks: an arm ahead, one that diverges, one with too few seeds."""
    other, deep = "architecture=784-32-32-10", "architecture=784-20-10-10"
    return frames.frame(
        [
            *frames.arm("loss=mse", at=0.93, chosen=0.9302),
            *frames.arm("loss=ce", at=0.95, chosen=0.9501),
            *frames.arm("loss=mse", deep, at=0.93, seeds=range(3)),
            *frames.diverged("loss=mse", deep, seeds=range(3, 8)),
            *frames.arm("loss=ce", deep, at=0.931),
            *frames.arm("loss=mse", other, seeds=range(2)),
            *frames.diverged("loss=ce", other, seeds=range(2)),
        ]
    )


@pytest.fixture(scope="module")
def table(runs: pd.DataFrame) -> pd.DataFrame:
    return comparison.compare(runs, "loss")


def test_a_row_made_by_hand_has_the_columns_of_a_comparison(table: pd.DataFrame) -> None:
    assert set(row()) == set(table.columns)


@pytest.mark.parametrize(("of", "said"), [
    (decided("A better", **AHEAD),
     "ce is better than mse by 0.30 points (95 % interval +0.10 to +0.50, 20 paired seeds)."),
    (decided("B better", **BEHIND),
     "mse is better than ce by 0.30 points (95 % interval +0.10 to +0.50, 20 paired seeds)."),
    (decided("tie", difference=-0.0002, low=-0.0006, high=0.0003),
     "mse and ce tie: a difference of 0.02 points"
     " (95 % interval -0.03 to +0.06, 20 paired seeds)."),
    (row(),
     "undecided: run 6 more seeds; so far ce is ahead of mse by 0.30 points"
     " (95 % interval -0.10 to +0.70, 20 paired seeds)."),
    (row(difference=-0.003, low=-0.007, high=0.001, seeds=5, n=3, more_seeds=23),
     "undecided: run 23 more seeds; so far mse is ahead of ce by 0.30 points"
     " (95 % interval -0.10 to +0.70, 3 paired seeds)."),
    (row(**UNKNOWN, seeds=1, more_seeds=5),
     "undecided: run 5 more seeds; 1 paired seed so far."),
    (row(more_seeds=1, **UNKNOWN, seeds=2, **{"diverged A": 1.0}),
     "undecided: run 1 more seed; 2 paired seeds so far."
     " Diverged: ce in 100% of its runs, mse in 0% of its runs."),
    (row(**UNKNOWN, more_seeds=0, **{"diverged B": 1.0}),
     "undecided: diverged; 20 paired seeds so far."
     " Diverged: ce in 0% of its runs, mse in 100% of its runs."),
    (decided("A better", **AHEAD, **{"diverged B": 0.25}),
     "ce better; ce beats mse on 75% of 20 paired seeds, where a diverged run loses."
     " Diverged: ce in 0% of its runs, mse in 25% of its runs."
     " Where both finish, ce - mse is +0.30 points (+0.10 to +0.50)."),
])  # fmt: skip
def test_a_comparison_is_a_sentence_from_the_side_that_is_ahead(
    of: dict[str, Any], said: str
) -> None:
    assert sentence(of) == f"- **784-30-10**: {said}"


def test_every_comparison_is_an_item_of_a_list(table: pd.DataFrame) -> None:
    lines = verdicts.sentences(table).splitlines()
    assert len(lines) == len(table) == 3
    for line, (_, each) in zip(lines, table.iterrows(), strict=True):
        assert line.startswith(f"- **{each['network']}**: ")
    by_network = {line.split("**")[1]: line for line in lines}
    assert "ce is better than mse by 1.99" in by_network["784-30-10"]
    assert "beats mse on 100% of 8 paired seeds" in by_network["784-20-10-10"]
    assert "mse in 62% of its runs" in by_network["784-20-10-10"]
    assert "ce in 100% of its runs" in by_network["784-32-32-10"]


def test_a_table_for_readers_is_in_points_and_percent() -> None:
    readable = verdicts.readable(pd.DataFrame([decided("B better", **BEHIND), row(**UNKNOWN)]))
    first, second = (dict(each) for _, each in readable.iterrows())
    assert first == {
        "network": "784-30-10", "A": "ce @ 0.056", "B": "mse @ 0.56", "seeds": 20,
        "mean A": "95.43%", "mean B": "95.13%", "A - B": "-0.30 (-0.50 to -0.10)", "p": "0.012",
        "P(A>B)": "75%", "detectable": "0.41", "diverged": "0%, 0%", "verdict": "mse better",
    }  # fmt: skip
    unknown = {"mean A", "mean B", "A - B", "p", "detectable"}
    assert {name for name, value in second.items() if value == ""} == unknown
    assert second["verdict"] == "undecided: run 6 more seeds"


def test_no_p_value_is_said_to_be_zero() -> None:
    readable = verdicts.readable(
        pd.DataFrame([decided("A better", **AHEAD | {"adjusted_p": 1e-4})])
    )
    assert readable["p"].item() == "< 0.001"
    says = verdicts.single_models([True] * 100, [False] * 100, "a", "b")
    assert "p < 0.001" in says


def show(
    table: pd.DataFrame,
    runs: pd.DataFrame,
    sweep: Mapping[str, Any] | None,
    capsys: pytest.CaptureFixture[str],
) -> list[str]:
    """Return the lines that the terminal shows."""
    verdicts.show(table, runs, sweep, metric="test/accuracy", margin=0.1)
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out  # no terminal, no colours
    return out.splitlines()


@pytest.fixture(params=[80, 120])
def columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("COLUMNS", str(request.param))
    return int(request.param)


def test_the_terminals_table_has_no_broken_word(
    table: pd.DataFrame, runs: pd.DataFrame, columns: int, capsys: pytest.CaptureFixture[str]
) -> None:
    long = row(network="784-128-64-10 adam l2=0.1", A="ce output=sigmoid", B="mse output=identity")
    shown = [*table.to_dict("records"), long, row(difference=-0.3, low=-12.3284, high=11.4785)]
    frame = pd.DataFrame(shown)
    lines = show(frame, runs, SWEEP, capsys)
    start = next(n for n, line in enumerate(lines) if line.startswith("network "))
    printed = lines[start : lines.index("", start)]
    assert max(map(len, printed)) <= columns
    expected = verdicts.readable(frame)[["network", "A", "B", "A - B", "diverged", "verdict"]]
    words = " ".join(str(cell) for cell in expected.to_numpy().ravel()).split()
    assert sorted(" ".join(printed[1:]).split()) == sorted(words)


def test_divergence_is_shown_only_if_there_was_some(
    table: pd.DataFrame, runs: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    (header,) = (each for each in show(table, runs, None, capsys) if each.startswith("network"))
    assert "diverged" in header
    without = pd.DataFrame([row()])
    (header,) = (each for each in show(without, runs, None, capsys) if each.startswith("network"))
    assert "diverged" not in header


def test_what_was_compared_is_said_around_the_table(
    table: pd.DataFrame, runs: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = show(table, runs, SWEEP, capsys)
    assert lines[0] == f"sweep {SWEEP['id']}  {SWEEP['name']}"
    assert lines[1] == "29 finished, 7 diverged"
    said = " ".join(line.strip() for line in lines)
    assert "test/accuracy; A - B in points with 95 % intervals, paired by seed;" in said
    assert "Holm's correction for 3 comparisons; a tie is within 0.1 points." in said
    assert verdicts.selection(*comparison.selection_bias(runs)) in said
    assert show(table, runs, None, capsys)[0] == "all runs"


def test_commands_are_shown_whole_and_once(
    table: pd.DataFrame, runs: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = table.attrs["commands"]
    assert wanted
    assert len(set(wanted)) == len(wanted)
    lines = show(table, runs, SWEEP, capsys)
    start = lines.index("What would decide it (only what is missing is run):")
    after = ["and then, as each is a sweep of its own, compare with --all"]
    assert [line.strip() for line in lines[start + 1 :]] == wanted + after * (len(wanted) > 1)
    nothing = pd.DataFrame([decided("tie")])
    assert not any("decide" in line for line in show(nothing, runs, SWEEP, capsys))


def test_a_table_as_csv_has_every_number(table: pd.DataFrame) -> None:
    read = pd.read_csv(io.StringIO(verdicts.FORMATS["csv"](table)))
    expected = table.drop(columns="commands").reset_index(drop=True)
    pd.testing.assert_frame_equal(read, expected, check_exact=True)


def test_a_table_as_markdown_has_a_cell_for_each(table: pd.DataFrame) -> None:
    lines = verdicts.FORMATS["md"](table).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    readable = verdicts.readable(table)
    assert rows[0] == list(readable.columns)
    assert all(re.fullmatch(r":?-+:?", cell) for cell in rows[1])
    assert rows[2:] == readable.astype(str).to_numpy().tolist()


def test_a_table_as_latex_is_escaped(table: pd.DataFrame) -> None:
    odd = pd.DataFrame([*table.to_dict("records"), row(network="bias_std=0.1 & l2#1")])
    text = verdicts.FORMATS["tex"](odd)
    assert text.startswith("\\begin{tabular}{")
    assert text.rstrip().endswith("\\end{tabular}")
    assert not re.search(r"(?<!\\)[%#_$]", text.replace("\\\\", ""))
    rows = [each for each in text.splitlines() if each.endswith("\\\\")]
    readable = verdicts.readable(odd)
    assert len(rows) == 1 + len(readable)
    for line, cells in zip(rows[1:], readable.astype(str).to_numpy().tolist(), strict=True):
        found = [re.sub(r"\\(.)", r"\1", each.strip()) for each in re.split(r"(?<!\\)&", line[:-2])]
        assert found == cells


@pytest.mark.parametrize(("only_a", "only_b", "outcome", "p"), [
    (30, 10, "they differ", "p = 0.002"), (10, 30, "they differ", "p = 0.002"),
    (12, 10, "that may be chance", "p = 0.832"), (0, 0, "that may be chance", "p = 1.000"),
])  # fmt: skip
def test_mcnemars_test_of_two_models_is_a_sentence(
    only_a: int, only_b: int, outcome: str, p: str
) -> None:
    a = np.array([True] * only_a + [False] * only_b + [True] * 50 + [False] * 5)
    b = np.array([False] * only_a + [True] * only_b + [True] * 50 + [False] * 5)
    said = verdicts.single_models(pd.Series(a), b, "ce sgd", "mse adam")
    counts = f"{only_a} images only ce sgd gets right, {only_b} only mse adam: "
    assert said.startswith(f"{counts}{outcome} (McNemar's test, {p}).")
    assert "seeds have to be compared" in said


@pytest.mark.parametrize(("promised", "brought", "said"), [
    (0.0015, 0.0005, "promises +0.15 points on the validation set and brings +0.05"
     " on the test set: 0.10 points"),
    (0.001, -0.0005, "promises +0.10 points on the validation set and brings -0.05"
     " on the test set: 0.15 points"),
])  # fmt: skip
def test_selection_bias_is_a_sentence(promised: float, brought: float, said: str) -> None:
    found = verdicts.selection(promised, brought)
    assert found == f"Choosing the epoch {said} of it are selection bias."


def test_one_model_alone_is_not_compared_with_itself() -> None:
    assert verdicts.single_models([True], [True], "ce", "ce").startswith("Only ce has been trained")
