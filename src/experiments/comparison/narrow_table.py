"""Tables that fit the terminal: columns as wide as their words need, and wider if there is room."""

import textwrap
from collections.abc import Mapping, Sequence

from rich.table import Table
from rich.text import Text

GAP = 2
"""The spaces between columns."""
MOST_LINES = 2
"""The most lines of a cell in the last column that are easy to read."""


def column_widths(columns: Mapping[str, Sequence[str]], width: int) -> list[int]:
    """Return the width of each column: at least its longest word, then wider while there is room.

    ``columns`` are the cells by heading. The columns that need the fewest characters more get them
    first.
    """
    cells = [[heading, *column] for heading, column in columns.items()]
    room = width - GAP * (len(cells) - 1)
    widths = [max(len(word) for cell in each for word in cell.split()) for each in cells]
    wanted = [max(map(len, each)) - width for each, width in zip(cells, widths, strict=True)]
    for place in sorted(range(len(cells)), key=wanted.__getitem__):
        widths[place] += max(min(wanted[place], room - sum(widths)), 0)
    return widths


def fits(columns: Mapping[str, Sequence[str]], widths: Sequence[int], width: int) -> bool:
    """Return whether a table with columns of these ``widths`` fits a width, and is easy to read.

    It is if only cells of the last column need a second line, and none needs a third.
    """
    if sum(widths) + GAP * (len(widths) - 1) > width:
        return False
    lines = [
        max(len(textwrap.wrap(cell, room)) for cell in (heading, *cells))
        for (heading, cells), room in zip(columns.items(), widths, strict=True)
    ]
    return max(lines[:-1]) <= 1 and lines[-1] <= MOST_LINES


def narrow_table(
    columns: Mapping[str, Sequence[str]], widths: Sequence[int], styles: Sequence[str] = ()
) -> Table:
    """Return a table with these columns. ``styles`` are those of the last column, for each row."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading, width in zip(columns, widths, strict=True):
        table.add_column(heading, overflow="fold", width=width)
    rows = list(zip(*columns.values(), strict=True))
    for style, (*cells, last) in zip(styles or [""] * len(rows), rows, strict=True):
        table.add_row(*map(Text, cells), Text(last, style))
    return table
