"""A comparison in the terminal, and as CSV, Markdown and LaTeX."""

import dataclasses
import io
import itertools
import re
from typing import Any

import frames
import pandas as pd
import pytest

from experiments.comparison import (
    FORMATS,
    Comparison,
    Verdict,
    compare,
    missing_runs,
    print_comparison,
    readable_table,
    selection_bias_sentence,
    status_counts,
)
from experiments.results import OWN_SPLIT, SPLIT, SweepSummary

SWEEP = SweepSummary(
    id="0123456789abcdef",
    name="loss=mse,ce [bold]seed=0,1[/bold]",
    command="python run.py -m loss=mse,ce",
    n_runs=40,
    time=0.0,
    store=None,
)


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    """Runs of three conditions: an arm ahead, an arm that diverges, an arm with too few seeds."""
    other, deep = "architecture=784-32-32-10", "architecture=784-20-10-10"
    return frames.frame(
        [
            *frames.arm("loss=mse", at=0.93, best_epoch=0.9302),
            *frames.arm("loss=ce", at=0.95, best_epoch=0.9501),
            *frames.arm("loss=mse", deep, at=0.93, seeds=range(3)),
            *frames.diverged("loss=mse", deep, seeds=range(3, 8)),
            *frames.arm("loss=ce", deep, at=0.931),
            *frames.arm("loss=mse", other, seeds=range(3)),
            *frames.arm("loss=ce", other, seeds=range(3)),
        ]
    )


@pytest.fixture(scope="module")
def comparison(runs: pd.DataFrame) -> Comparison:
    return compare(runs, "loss")


def changed(comparison: Comparison, **values: Any) -> Comparison:
    """Return a comparison with one more row: its first row with other values."""
    row = dataclasses.replace(comparison.rows[0], **values)
    return dataclasses.replace(comparison, rows=[*comparison.rows, row])


def printed(
    comparison: Comparison,
    runs: pd.DataFrame,
    sweep: SweepSummary | None,
    capsys: pytest.CaptureFixture[str],
) -> list[str]:
    """Return the lines in the terminal."""
    print_comparison(comparison, runs, sweep)
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out  # there are no colours because it is not a terminal
    return out.splitlines()


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_the_table_fits_the_terminal_and_breaks_no_word(
    comparison: Comparison,
    runs: pd.DataFrame,
    columns: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = changed(
        comparison,
        condition="784-128-64-10 adam l2=0.1",
        arm_a="ce output=sigmoid",
        arm_b="mse output=identity",
    )
    lines = printed(shown, runs, SWEEP, capsys)
    start = next(number for number, line in enumerate(lines) if line.strip().endswith("verdict"))
    table = lines[start : lines.index("", start)]
    assert max(map(len, table)) <= columns
    assert ("condition" in table[0]) is (columns == 200)
    text = re.sub(r"[:,]| - | seeds?\b", " ", " ".join(table[1:]))
    names = ["condition", "A", "B", "seeds", "A - B", "p", "verdict"]
    words = re.sub(
        r"[:,]| - | seeds?\b",
        " ",
        " ".join(readable_table(shown)[names].astype(str).to_numpy().ravel()),
    )
    assert sorted(text.split()) == sorted(words.split())


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_no_verdict_takes_more_than_two_lines(
    comparison: Comparison,
    runs: pd.DataFrame,
    columns: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = [line.strip() for line in printed(comparison, runs, None, capsys)]
    in_two = [*lines, *(f"{first} {second}" for first, second in itertools.pairwise(lines))]
    for verdict in readable_table(comparison)["verdict"]:
        assert any(line.endswith(verdict) for line in in_two), verdict


def test_a_row_with_failures_says_how_many(
    comparison: Comparison, runs: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed(comparison, runs, None, capsys)
    assert any("0 and 5 of 8 failed" in line for line in lines)


def test_the_runs_and_the_method_are_named_around_the_table(
    comparison: Comparison, runs: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = dataclasses.replace(comparison, margin=0.003, incomplete=["784-9-10: only ce"])
    lines = printed(wide, runs, SWEEP, capsys)
    assert lines[0] == f"sweep {SWEEP.id}  {SWEEP.name}"
    assert lines[1] == "33 finished, 5 diverged"
    text = " ".join(line.strip() for line in lines)
    assert "test/accuracy; A - B in points, paired by seed, over seeds, for these test" in text
    assert "for all 3 rows together, and at any number of looks (95 %)." in text
    assert "A tie is within 0.3 points." in text
    assert "This is look" not in text
    assert selection_bias_sentence(comparison.selection_bias) in text
    assert "784-9-10: only ce" in lines
    assert printed(comparison, runs, None, capsys)[0] == "all runs"


def test_a_cut_of_the_data_for_each_seed_is_named(
    comparison: Comparison, runs: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    tuned = comparison.tuned.assign(**{SPLIT: OWN_SPLIT})
    lines = printed(dataclasses.replace(comparison, tuned=tuned), runs, None, capsys)
    text = " ".join(line.strip() for line in lines)
    assert "paired by seed, each with its own cut of the data, over seeds, for" in text


def test_commands_are_printed_whole_and_once(
    comparison: Comparison, runs: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = comparison.commands
    assert commands
    assert len(set(commands)) == len(commands)
    lines = printed(comparison, runs, SWEEP, capsys)
    end = "the exported runs are done again):"
    (start,) = [place for place, line in enumerate(lines) if line.endswith(end)]
    after = ["Each of these is a sweep of its own: compare with --all afterwards."]
    expected = [*commands, *(after if len(commands) > 1 else [])]
    assert [line.strip() for line in lines[start + 1 :]] == expected
    decided = [row for row in comparison.rows if not row.more_seeds]
    without = printed(dataclasses.replace(comparison, rows=decided), runs, SWEEP, capsys)
    assert not any(line.endswith(end) for line in without)


def test_csv_has_every_number(comparison: Comparison) -> None:
    read = pd.read_csv(io.StringIO(FORMATS["csv"](comparison)))
    expected = comparison.table.drop(columns="commands")
    pd.testing.assert_frame_equal(read, expected, check_exact=True)
    assert set(read["verdict"]) <= {str(verdict) for verdict in Verdict}


def test_markdown_has_a_cell_for_each_value(comparison: Comparison) -> None:
    lines = FORMATS["md"](comparison).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    table = readable_table(comparison)
    assert rows[0] == list(table.columns)
    assert all(re.fullmatch(r":?-+:?", cell) for cell in rows[1])
    assert rows[2:] == table.astype(str).to_numpy().tolist()


def test_latex_is_escaped(comparison: Comparison) -> None:
    odd = changed(comparison, condition="bias_std=0.1 & l2#1")
    text = FORMATS["tex"](odd)
    assert text.startswith("\\begin{tabular}{")
    assert text.rstrip().endswith("\\end{tabular}")
    assert not re.search(r"(?<!\\)[%#_$]", text.replace("\\\\", ""))
    rows = [line for line in text.splitlines() if line.endswith("\\\\")]
    table = readable_table(odd)
    assert len(rows) == 1 + len(table)
    for line, expected in zip(rows[1:], table.astype(str).to_numpy().tolist(), strict=True):
        cells = [each.strip() for each in re.split(r"(?<!\\)&", line[:-2])]
        assert [re.sub(r"\\(.)", r"\1", cell) for cell in cells] == expected


def test_runs_without_a_record_are_counted(runs: pd.DataFrame) -> None:
    assert missing_runs(runs, SWEEP) == (
        "2 of 40 runs have no record that can be read; run: python run.py -m loss=mse,ce"
    )
    assert missing_runs(runs, None) == ""
    assert missing_runs(pd.concat([runs, runs[:2]]), SWEEP) == ""


def test_statuses_are_counted(runs: pd.DataFrame) -> None:
    assert status_counts(runs) == "33 finished, 5 diverged"
