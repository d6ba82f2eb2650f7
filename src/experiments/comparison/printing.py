"""Print a comparison with advice, or write its table as CSV, Markdown or LaTeX."""

from collections.abc import Callable, Sequence

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.comparison.compare import Comparison
from experiments.comparison.decision import Verdict
from experiments.comparison.statuses import status_counts
from experiments.comparison.verdicts import POINTS, readable_table, selection_bias_sentence
from experiments.results import SweepSummary

STYLES = {
    Verdict.A_BETTER: "green",
    Verdict.B_BETTER: "green",
    Verdict.TIE: "cyan",
    Verdict.UNDECIDED: "yellow",
}
FORMATS: dict[str, Callable[[Comparison], str]] = {
    "csv": lambda comparison: comparison.table.drop(columns="commands").to_csv(index=False),
    "md": lambda comparison: (
        readable_table(comparison).to_markdown(index=False, disable_numparse=True) + "\n"
    ),
    "tex": lambda comparison: readable_table(comparison).to_latex(index=False, escape=True),
}
"""The formats of files: CSV has every number, Markdown and LaTeX have the readable table."""


def print_comparison(
    comparison: Comparison, runs: pd.DataFrame, sweep: SweepSummary | None
) -> None:
    """Print a comparison of the runs of a sweep, or of all runs, with advice.

    ``runs`` are all runs, including those that could not be compared.
    """
    console = Console(highlight=False)
    title = f"sweep {sweep.id}  {sweep.name}" if sweep else "all runs"
    console.print(title, style="bold", soft_wrap=True, markup=False)
    console.print(f"{status_counts(runs)}\n")
    console.print(_table(comparison, console.width))
    console.print(
        f"\n{comparison.metric}; A - B in points with 95 % intervals, paired by seed; p-values"
        f" with Holm's correction for {len(comparison.rows)} comparisons; equivalence margin of a"
        f" tie: {POINTS * comparison.margin:g} points."
    )
    console.print(selection_bias_sentence(comparison.selection_bias))
    for sentence in comparison.incomplete:
        console.print(sentence, style="yellow", soft_wrap=True, markup=False)
    if comparison.commands:
        console.print("\nTo decide it, run (runs that exist are not repeated):")
        for command in comparison.commands:
            console.print(f"  {command}", soft_wrap=True, markup=False)
        if len(comparison.commands) > 1:
            console.print("Each of these is a sweep of its own: compare with --all afterwards.")


def missing_runs(runs: pd.DataFrame, sweep: SweepSummary | None) -> str:
    """Return how many runs of a sweep have no record yet, with its command; empty if none."""
    n_missing = sweep.n_runs - len(runs) if sweep else 0
    if not sweep or not n_missing:
        return ""
    return f"{n_missing} of {sweep.n_runs} runs have no record yet; run: {sweep.command}"


def _table(comparison: Comparison, width: int) -> Table:
    """Return the readable table, narrowed to a width."""
    words = readable_table(comparison).astype(str)
    columns = ["condition", "A", "B", "A - B", "verdict"]
    if any(row.diverged_a or row.diverged_b for row in comparison.rows):
        columns.insert(4, "diverged")
    cells = {column: [column, *words[column]] for column in columns}
    widths = _widths(list(cells.values()), width - 2 * (len(columns) - 1))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column, column_width in zip(columns, widths, strict=True):
        table.add_column(column, overflow="fold", width=column_width)
    for row, (_, said) in zip(comparison.rows, words.iterrows(), strict=True):
        verdict = Text(said["verdict"], STYLES[row.verdict])
        table.add_row(*(Text(said[column]) for column in columns[:-1]), verdict)
    return table


def _widths(columns: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return the width of each column: at least its longest word, then wider while there is room.

    The columns that need the fewest characters more get them first.
    """
    widths = [max(len(word) for cell in cells for word in cell.split()) for cells in columns]
    wanted = [max(map(len, cells)) - width for cells, width in zip(columns, widths, strict=True)]
    for place in sorted(range(len(columns)), key=wanted.__getitem__):
        widths[place] += max(min(wanted[place], room - sum(widths)), 0)
    return widths
