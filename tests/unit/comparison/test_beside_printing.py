"""Analyses beside the verdicts in the terminal, as Markdown and as LaTeX."""

import pandas as pd
import pytest
from frames import arm, frame

from experiments.comparison import BESIDE_FORMATS, beside, compare, print_beside
from experiments.comparison.beside import METHODS, Analysis

ONE_LINE = Analysis(pd.DataFrame(), "ranks need [bold] 5 data sets & more")
TABLE = Analysis(
    pd.DataFrame({"condition": ["784-30-10 [l2]", "b_c"], "A better": ["> 99.9%", "1.0%"]}),
    "words about it",
)


@pytest.mark.parametrize("columns", [80, 120])
def test_tables_fit_the_terminal_and_break_no_word(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    runs = [
        run
        for depth in ("784-128-64-10", "784-20-10-10")
        for loss in ("ce", "mse")
        for run in arm(f"loss={loss}", f"architecture={depth}", "optimizer=adam", at=0.95)
    ]
    analyses = beside(compare(frame(runs), "loss"), [*METHODS])
    print_beside(analyses)
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= columns
    printed = out.split()
    for analysis in analyses:
        assert analysis.words.split() == _found(analysis.words.split(), printed)
        cells = [str(cell) for cell in [*analysis.table, *analysis.table.to_numpy().ravel()]]
        assert {*" ".join(cells).split()} <= {*printed}


def _found(words: list[str], printed: list[str]) -> list[str]:
    """Return the words if they are printed one after the other, or else none."""
    starts = range(len(printed) - len(words) + 1)
    return words if any(printed[at : at + len(words)] == words for at in starts) else []


def test_a_table_stands_above_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    print_beside([ONE_LINE, TABLE])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        "",
        ONE_LINE.words,
        "",
        "condition       A better",
        "784-30-10 [l2]  > 99.9%",
        "b_c             1.0%",
        "",
        "words about it",
    ]


def test_markdown_has_the_table_and_the_words() -> None:
    lines = BESIDE_FORMATS["md"](TABLE).splitlines()
    assert [cell.strip() for cell in lines[3].strip("|").split("|")] == [
        "784-30-10 [l2]",
        "> 99.9%",
    ]
    assert lines[0] == lines[-2] == ""
    assert lines[-1] == TABLE.words
    assert BESIDE_FORMATS["md"](ONE_LINE) == f"\n{ONE_LINE.words}\n"


def test_latex_has_the_words_as_a_comment_and_is_escaped() -> None:
    first, comment, *table = BESIDE_FORMATS["tex"](TABLE).splitlines()
    assert first == ""
    assert comment == "% words about it"
    assert table[0].startswith("\\begin{tabular}")
    assert "b\\_c & 1.0\\% \\\\" in table
    assert BESIDE_FORMATS["tex"](ONE_LINE) == f"\n% {ONE_LINE.words}\n"
