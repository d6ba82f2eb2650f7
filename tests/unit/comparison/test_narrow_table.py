"""Tables that fit a width."""

import io

import pytest
from rich.console import Console

from experiments.comparison.narrow_table import column_widths, narrow_table

COLUMNS = {"effect": ["loss: ce - mse", "interaction"], "verdict": ["undecided: run 6 more", "tie"]}


@pytest.mark.parametrize(
    ("width", "expected"),
    [(80, [14, 21]), (37, [14, 21]), (36, [14, 20]), (24, [12, 10]), (10, [11, 10])],
)
def test_columns_are_as_wide_as_there_is_room_but_hold_their_longest_word(
    width: int, expected: list[int]
) -> None:
    assert column_widths(COLUMNS, width) == expected


@pytest.mark.parametrize("width", [24, 40])
def test_no_line_is_longer_and_no_word_is_broken(width: int) -> None:
    text = io.StringIO()
    console = Console(file=text, width=width)
    console.print(narrow_table(COLUMNS, column_widths(COLUMNS, width), ["green", "cyan"]))
    lines = text.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    words = " ".join(" ".join([name, *cells]) for name, cells in COLUMNS.items()).split()
    assert sorted(text.getvalue().split()) == sorted(words)
