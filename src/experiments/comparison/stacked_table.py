"""Tables that are too wide for the terminal: each row is a title, and a line of cells below it."""

import textwrap
from collections.abc import Mapping, Sequence

from rich.text import Text

from experiments.comparison.narrow_table import GAP, MOST_LINES

INDENT = 2


def stacked_table(
    titles: Sequence[str], columns: Mapping[str, Sequence[str]], width: int, styles: Sequence[str]
) -> Text:
    """Return a table of rows that have two lines or more: a title, and the cells below it.

    ``columns`` are the cells by heading, and ``styles`` are those of the last column. No line is
    longer than ``width``, unless a word is.
    """
    *heads, last = columns
    widths = [max(map(len, (head, *columns[head]))) + GAP for head in heads]
    text = Text()
    text.append(f"{_padded(heads, widths)}{last}\n", "bold")
    for row, (title, style) in enumerate(zip(titles, styles, strict=True)):
        cells = _padded([columns[head][row] for head in heads], widths)
        text.append(f"{_wrapped(title, width, 2 * INDENT)}\n{cells}")
        text.append(f"{_last_cell(columns[last][row], len(cells), width)}\n", style)
    text.rstrip()
    return text


def _last_cell(words: str, indent: int, width: int) -> str:
    """Return the last cell of a row, which begins after ``indent`` characters.

    It begins on a new line if it would take more than `MOST_LINES`.
    """
    room = max(width - indent, 1)
    lines = textwrap.wrap(words, room, break_long_words=False) or [""]
    if len(lines) <= MOST_LINES and max(map(len, lines)) <= room:
        return f"\n{' ' * indent}".join(lines)
    return f"\n{' ' * INDENT}{_wrapped(words, width - INDENT, INDENT)}"


def _padded(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    return " " * INDENT + "".join(padded)


def _wrapped(text: str, width: int, indent: int) -> str:
    """Return a text in lines, of which those after the first are indented."""
    return textwrap.fill(text, width, subsequent_indent=" " * indent, break_long_words=False)
