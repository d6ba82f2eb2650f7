"""Tables of rows with two lines or more."""

import pytest

from experiments.comparison.stacked_table import stacked_table

LONG = "undecided: the arm with the longest name of all arms that were ever run diverged"


def lines(title: str, verdict: str, width: int) -> list[str]:
    columns = {"A - B": ["+0.1 (-0.2 to +0.3)"], "p": ["1.000"], "verdict": [verdict]}
    return stacked_table([title], columns, width, ["green"]).plain.splitlines()


def test_the_cells_stand_below_the_title() -> None:
    assert lines("784-30-10: ce - mse", "tie", 80) == [
        "  A - B                p      verdict",
        "784-30-10: ce - mse",
        "  +0.1 (-0.2 to +0.3)  1.000  tie",
    ]


def test_the_last_cell_has_two_lines_at_most_beside_the_others() -> None:
    shown = lines("784-30-10", "undecided: 5 seeds cannot reach 5 %; 9 can", 60)
    assert shown[2:] == [
        "  +0.1 (-0.2 to +0.3)  1.000  undecided: 5 seeds cannot",
        "                              reach 5 %; 9 can",
    ]
    below = lines("784-30-10", LONG, 60)[3:]
    assert [line[:2] for line in below] == ["  "] * len(below)
    assert " ".join(" ".join(below).split()) == LONG


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_line_is_longer_than_the_width(width: int) -> None:
    shown = lines("a condition with many words: " * 4, LONG, width)
    assert max(map(len, shown)) <= width


def test_the_last_cell_has_the_style_of_its_row() -> None:
    columns = {"p": ["0.01"], "verdict": ["ce better"]}
    text = stacked_table(["784-30-10"], columns, 80, ["green"])
    (span,) = [each for each in text.spans if each.style == "green"]
    assert text.plain[span.start : span.end].strip() == "ce better"
