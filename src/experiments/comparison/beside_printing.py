"""Print analyses below the verdicts, or write them as Markdown or LaTeX."""

from collections.abc import Callable, Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table

from experiments.comparison.beside import Analysis
from experiments.comparison.narrow_table import column_widths, narrow_table


def print_beside(analyses: Sequence[Analysis]) -> None:
    """Print each analysis after an empty line: its table, narrowed to the terminal, and words."""
    console = Console(highlight=False)
    for analysis in analyses:
        console.print()
        if len(analysis.table):
            console.print(_narrow(analysis.table, console.width))
            console.print()
        console.print(analysis.words, markup=False)


def _narrow(frame: pd.DataFrame, width: int) -> Table:
    """Return a table whose columns are as narrow as ``width`` needs."""
    columns = {str(column): frame[column].astype(str).tolist() for column in frame}
    return narrow_table(columns, column_widths(columns, width))


def _markdown(analysis: Analysis) -> str:
    if analysis.table.empty:
        return f"\n{analysis.words}\n"
    table = analysis.table.to_markdown(index=False, disable_numparse=True)
    return f"\n{table}\n\n{analysis.words}\n"


def _latex(analysis: Analysis) -> str:
    """Return the table after its words in a comment."""
    table = "" if analysis.table.empty else analysis.table.to_latex(index=False, escape=True)
    return f"\n% {analysis.words}\n{table}"


BESIDE_FORMATS: dict[str, Callable[[Analysis], str]] = {"md": _markdown, "tex": _latex}
"""The formats of files that can have several tables."""
