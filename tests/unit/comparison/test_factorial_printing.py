"""Effects in the terminal, and as CSV, Markdown and LaTeX."""

import io
import re
from dataclasses import replace

import frames
import pandas as pd
import pytest

from experiments.comparison import (
    FACTORIAL_FORMATS,
    Factorial,
    Verdict,
    factorial,
    print_factorial,
)
from experiments.comparison.factorial_words import readable_cells, readable_effects


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    """Runs of two conditions; cross-entropy and Adam have an interaction in the first one."""
    return frames.frame(
        each
        for sizes in ("784-20-10-10", "784-30-10")
        for loss, optimizer, at in (
            ("ce", "adam", 0.95),
            ("ce", "sgd", 0.93),
            ("mse", "adam", 0.90 if sizes == "784-20-10-10" else 0.94),
            ("mse", "sgd", 0.92),
        )
        for each in frames.arm(
            f"loss={loss}", f"optimizer={optimizer}", f"architecture={sizes}", at=at
        )
    )


@pytest.fixture(scope="module")
def result(runs: pd.DataFrame) -> Factorial:
    return factorial(runs, "loss", "optimizer")


def printed(
    result: Factorial,
    runs: pd.DataFrame,
    capsys: pytest.CaptureFixture[str],
    look: int | None = None,
) -> list[str]:
    print_factorial(result, runs, None, look)
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out
    return [line.rstrip() for line in out.splitlines()]


@pytest.mark.parametrize("columns", [80, 120])
def test_each_condition_has_a_table_of_means_and_one_of_effects(
    result: Factorial,
    runs: pd.DataFrame,
    columns: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = printed(result, runs, capsys)
    assert lines[:2] == ["all runs", "64 finished"]
    start, second = lines.index("784-20-10-10"), lines.index("784-30-10")
    assert re.fullmatch(r"  loss x optimizer +adam +sgd", lines[start + 1])
    assert re.fullmatch(r"  ce softmax +95\.\d\d% @ \S+, 8 seeds +93\.\d\d% .*", lines[start + 2])
    assert re.fullmatch(r"  mse sigmoid +90\.\d\d% .* 92\.\d\d% .*", lines[start + 3])
    assert re.fullmatch(r"  (effect)? +points +p +verdict", lines[start + 5])
    table = " ".join(" ".join(lines[start + 6 : second]).split())
    assert "loss: ce softmax - mse sigmoid +3.0" in table
    assert "interaction +3.9" in table
    end = next(place for place, line in enumerate(lines) if line.startswith("test/accuracy"))
    assert max(map(len, lines[2:end])) <= columns


def test_the_method_is_named_below_the_tables(
    result: Factorial, runs: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    text = " ".join(printed(result, runs, capsys, look=3))
    assert "test/accuracy; seeds are blocks, over seeds, for these test images." in text
    assert "The interaction is the effect of loss at one level of optimizer minus" in text
    assert "for all 6 rows together, and at any number of looks (95 %)." in text
    assert "A tie, or no interaction, is within 0.1 points. This is look 3." in text


def test_an_interaction_is_followed_by_how_to_see_single_effects(
    result: Factorial, runs: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "because of the interaction, the effect of a factor depends on the level of the other"
    (sentence,) = [line for line in printed(result, runs, capsys) if words in line]
    assert sentence.startswith("784-20-10-10: ")
    assert sentence.endswith(": compare loss alone and optimizer alone.")
    ties = [replace(row, verdict=Verdict.TIE) for row in result.rows]
    assert words not in " ".join(printed(replace(result, rows=ties), runs, capsys))


def test_several_interactions_of_a_condition_have_names(
    runs: pd.DataFrame, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    third = frames.frame(
        each
        for loss in ("ce", "mse")
        for each in frames.arm(f"loss={loss}", "optimizer=momentum", "architecture=784-30-10")
    )
    every = pd.concat([runs, third], ignore_index=True)
    lines = printed(factorial(every, "loss", "optimizer"), every, capsys)
    names = [re.split(r"  +", line.strip())[0] for line in lines if "interaction: " in line]
    assert [name.partition(" at ")[2] for name in names] == [
        "adam minus at momentum",
        "adam minus at sgd",
        "momentum minus at sgd",
    ]


def test_failed_runs_are_named(
    runs: pd.DataFrame, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    diverged = (runs["loss"] == "ce") & (runs["seed"] == 1)
    failing = runs.assign(status=runs["status"].astype(str).mask(diverged, "diverged"))
    text = " ".join(printed(factorial(failing, "loss", "optimizer"), failing, capsys))
    assert text.count("runs failed, so the means decide nothing: ce softmax adam in 1 of 8") == 2
    assert text.count("8 seeds, 1 failed") == 4


def test_csv_has_every_number(result: Factorial) -> None:
    read = pd.read_csv(io.StringIO(FACTORIAL_FORMATS["csv"](result)))
    expected = result.table.drop(columns="commands")
    pd.testing.assert_frame_equal(read, expected, check_exact=True, check_dtype=False)


def test_markdown_has_the_cells_and_the_effects(result: Factorial) -> None:
    cells, effects = FACTORIAL_FORMATS["md"](result).split("\n\n")
    for text, table in ((cells, readable_cells(result)), (effects, readable_effects(result))):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()]
        assert rows[0] == list(table.columns)
        assert rows[2:] == table.astype(str).to_numpy().tolist()


def test_latex_has_two_tables_with_escaped_words(result: Factorial) -> None:
    text = FACTORIAL_FORMATS["tex"](result)
    assert text.count("\\begin{tabular}") == text.count("\\end{tabular}") == 2
    assert "\\%" in text
    assert not re.search(r"(?<!\\)[%#_$]", text.replace("\\\\", ""))
