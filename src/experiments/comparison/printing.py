"""Print a comparison with advice, or write its table as CSV, Markdown or LaTeX."""

from collections.abc import Callable

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.comparison.around_table import (
    cuts,
    image_limits,
    print_advice,
    print_title,
    sources_of_variance,
    validity,
)
from experiments.comparison.compare import Comparison
from experiments.comparison.decision import Verdict
from experiments.comparison.narrow_table import column_widths, fits, narrow_table
from experiments.comparison.stacked_table import stacked_table
from experiments.comparison.verdicts import POINTS, count, failure_sentences, readable_table
from experiments.results import SweepSummary

STYLES = {
    Verdict.A_BETTER: "green",
    Verdict.B_BETTER: "green",
    Verdict.TIE: "cyan",
    Verdict.UNDECIDED: "yellow",
}
COLUMNS = ("condition", "A", "B", "seeds", "A - B", "p", "verdict")
"""The columns of the readable table that the terminal shows."""
FORMATS: dict[str, Callable[[Comparison], str]] = {
    "csv": lambda comparison: comparison.table.drop(columns="commands").to_csv(index=False),
    "md": lambda comparison: markdown(readable_table(comparison)),
    "tex": lambda comparison: latex(readable_table(comparison)),
}
"""The formats of files: CSV has every number, Markdown and LaTeX have the readable table."""


def print_comparison(
    comparison: Comparison,
    runs: pd.DataFrame,
    sweep: SweepSummary | None,
    look: int | None = None,
    *,
    advice: bool = True,
) -> None:
    """Print a comparison of the runs of a sweep, or of all runs, with ``advice`` if wanted.

    ``runs`` are all runs, including those that could not be compared. ``look`` is the number of
    this look at the comparison, if it is known.
    """
    console = Console(highlight=False)
    print_title(console, runs, sweep)
    console.print(_table(comparison, console.width))
    console.print(f"\n{_method(comparison)}{f' This is look {look}.' if look else ''}")
    for sentence in failure_sentences(comparison):
        console.print(sentence, style="yellow", soft_wrap=True, markup=False)
    if advice:
        print_advice(console, comparison)


def missing_runs(runs: pd.DataFrame, sweep: SweepSummary | None) -> str:
    """Return how many runs of a sweep have no record, with its command; empty if none."""
    n_missing = sweep.n_runs - len(runs) if sweep else 0
    if not sweep or not n_missing:
        return ""
    return (
        f"{n_missing} of {sweep.n_runs} runs have no record that can be read; run: {sweep.command}"
    )


def markdown(table: pd.DataFrame) -> str:
    """Return a table in Markdown."""
    return f"{table.to_markdown(index=False, disable_numparse=True)}\n"


def latex(table: pd.DataFrame) -> str:
    """Return a table in LaTeX, with escaped words."""
    return str(table.to_latex(index=False, escape=True))


def _method(comparison: Comparison) -> str:
    """Return a sentence about the table: metric, pairs, and for which looks it is valid."""
    statistics = [row.statistics for row in comparison.rows]
    several = sum(row.seeds > 1 for row in comparison.rows)
    valid = validity(several, family=comparison.family, one_look=comparison.one_look)
    over = sources_of_variance(comparison.metric, statistics)
    return (
        f"{comparison.metric}; A - B in points, paired by seed{cuts(comparison.tuned)}, {over}."
        f" {valid} A tie is within"
        f" {POINTS * comparison.margin:g} points.{image_limits(statistics)}"
    )


def _table(comparison: Comparison, width: int) -> Table | Text:
    """Return the readable table: a line for each row if it is not too wide, otherwise two."""
    words = readable_table(comparison).astype(str)
    columns = {name: words[name].tolist() for name in COLUMNS}
    styles = [STYLES[row.verdict] for row in comparison.rows]
    widths = column_widths(columns, width)
    if fits(columns, widths, width):
        return narrow_table(columns, widths, styles)
    below = {name: columns[name] for name in ("A - B", "p", "verdict")}
    titles = [
        f"{condition}: {a} - {b}, {count(int(seeds), 'seed')}"
        for condition, a, b, seeds in zip(
            *(columns[name] for name in ("condition", "A", "B", "seeds")), strict=True
        )
    ]
    return stacked_table(titles, below, width, styles)
