"""The table of a comparison, for the terminal, a notebook, a spreadsheet or a paper."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.comparison.comparison import selection_bias, tuned
from experiments.comparison.statistics import MOST_SEEDS, mcnemar_p

POINTS = 100
"""Accuracies are shown in percentage points."""
STYLES = {"A better": "green", "B better": "green", "tie": "cyan", "undecided": "yellow"}


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table of `comparison.compare` in words: points, intervals, and what is better."""
    return pd.DataFrame([_in_words(row) for _, row in table.iterrows()])


def sentences(table: pd.DataFrame) -> str:
    """Return the table as a list in Markdown, a sentence for each comparison."""
    said = [_sentence(row) for _, row in table.iterrows()]
    return "\n".join(f"- {each}" for each in [*said, *table.attrs.get("incomplete", ())])


def single_models(
    correct_a: npt.ArrayLike, correct_b: npt.ArrayLike, name_a: str, name_b: str
) -> str:
    """Return in a sentence what McNemar's test says of two models on the same images.

    ``correct_a [n]`` and ``correct_b [n]`` say which images each got right.
    """
    if name_a == name_b:
        return f"Only {name_a} has been trained: there is no second model to compare it with."
    a, b = np.asarray(correct_a, bool), np.asarray(correct_b, bool)
    p = mcnemar_p(a, b)
    outcome = "they differ" if p < 0.05 else "that may be chance"
    sign = "= " if p >= 0.001 else ""
    return (
        f"{np.sum(a & ~b)} images only {name_a} gets right, {np.sum(b & ~a)} only {name_b}:"
        f" {outcome} (McNemar's test, p {sign}{_p_value(p)}). This is about two trained models, not"
        " about how they were trained: for that, seeds have to be compared."
    )


def selection(promised: float, brought: float) -> str:
    """Return in a sentence what `comparison.selection_bias` found."""
    return (
        f"Choosing the epoch promises {_points(promised)} points on the validation set and brings"
        f" {_points(brought)} on the test set: {_points(promised - brought).removeprefix('+')}"
        " points of it are selection bias."
    )


def said(row: pd.Series) -> str:
    """Return a verdict with the names of the arms."""
    if row["verdict"] == "undecided":
        if not row["more_seeds"]:
            diverged = row["diverged A"] or row["diverged B"]
            return "undecided: diverged" if diverged else f"undecided: over {MOST_SEEDS} seeds"
        return f"undecided: run {_seeds(row['more_seeds'], 'more seed')}"
    better = {"A better": "A", "B better": "B"}.get(row["verdict"])
    return f"{row[better]} better" if better else str(row["verdict"])


def show(
    table: pd.DataFrame,
    runs: pd.DataFrame,
    sweep: Mapping[str, Any] | None,
    *,
    metric: str,
    margin: float,
) -> None:
    """Print the table of a sweep's runs, or of all, and what would decide what is undecided."""
    console = Console(highlight=False)
    title = f"sweep {sweep['id']}  {sweep['name']}" if sweep else "all runs"
    console.print(title, style="bold", soft_wrap=True, markup=False)
    counts = runs["status"].value_counts()
    console.print(", ".join(f"{n} {status}" for status, n in counts[counts > 0].items()) + "\n")
    _show_table(table, console)
    promised, brought = selection_bias(tuned(runs))
    console.print(
        f"\n{metric}; A - B in points with 95 % intervals, paired by seed; Holm's correction for"
        f" {len(table)} comparisons; a tie is within {margin:g} points."
    )
    if not math.isnan(promised):
        console.print(selection(promised, brought))
    for sentence in table.attrs.get("incomplete", ()):
        console.print(sentence, style="yellow", soft_wrap=True, markup=False)
    commands = table.attrs.get("commands", [])
    if commands:
        console.print("\nWhat would decide it (only what is missing is run):")
        for command in commands:
            console.print(f"  {command}", soft_wrap=True, markup=False)
        if len(commands) > 1:
            console.print("and then, as each is a sweep of its own, compare with --all")


def missing_runs(runs: pd.DataFrame, sweep: Mapping[str, Any] | None) -> str:
    """Return in a sentence how many runs of a sweep there is no record of; nothing if of all."""
    n = sweep["runs"] - len(runs) if sweep else 0
    return (
        f"{n} of {sweep['runs']} runs have no record yet: {sweep['command']}" if sweep and n else ""
    )


def _show_table(table: pd.DataFrame, console: Console) -> None:
    words = readable(table)
    columns = ["network", "A", "B", "A - B", "verdict"]
    if table[["diverged A", "diverged B"]].to_numpy().any():
        columns.insert(4, "diverged")
    printed = Table(box=None, pad_edge=False, header_style="bold")
    shown = {column: [column, *words[column].astype(str)] for column in columns}
    widths = _widths(list(shown.values()), console.width - 2 * (len(columns) - 1))
    for column, width in zip(columns, widths, strict=True):
        printed.add_column(column, overflow="fold", width=width)
    for (_, row), verdict in zip(words.iterrows(), table["verdict"], strict=True):
        cells = [Text(str(row[column])) for column in columns[:-1]]
        printed.add_row(*cells, Text(row["verdict"], STYLES[verdict]))
    console.print(printed)


def _widths(columns: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return how wide each column is to be: no word is broken as long as there is room."""
    widths = [max(len(word) for cell in cells for word in cell.split()) for cells in columns]
    wanted = [max(map(len, cells)) - width for cells, width in zip(columns, widths, strict=True)]
    for place in sorted(range(len(columns)), key=wanted.__getitem__):
        widths[place] += max(min(wanted[place], room - sum(widths)), 0)
    return widths


def _in_words(row: pd.Series) -> dict[str, object]:
    known = not pd.isna(row.get("difference"))
    return {
        "network": row["network"],
        "A": f"{row['A']} @ {row['rate A']:g}",
        "B": f"{row['B']} @ {row['rate B']:g}",
        "seeds": row["seeds"],
        "mean A": f"{row['mean_a']:.2%}" if known else "",
        "mean B": f"{row['mean_b']:.2%}" if known else "",
        "A - B": f"{_points(row['difference'])} ({_interval(row)})" if known else "",
        "p": _p_value(row["adjusted_p"]) if known else "",
        "P(A>B)": f"{row['P(A>B)']:.0%}",
        "detectable": _points(row["detectable"]).removeprefix("+") if known else "",
        "diverged": f"{row['diverged A']:.0%}, {row['diverged B']:.0%}",
        "verdict": said(row),
    }


def _sentence(row: pd.Series) -> str:
    a, b, network = row["A"], row["B"], row["network"]
    rates = [f"{row[arm]} in {row[f'diverged {arm}']:.0%} of its runs" for arm in "AB"]
    diverged = f" Diverged: {', '.join(rates)}." if row["diverged A"] or row["diverged B"] else ""
    if pd.isna(row.get("difference")):
        return f"**{network}**: {said(row)}; {_seeds(row['seeds'])} so far.{diverged}"
    if diverged:
        better = f"{said(row)}; {a} beats {b} on {row['P(A>B)']:.0%} of {_seeds(row['seeds'])}"
        return (
            f"**{network}**: {better}, where a diverged run loses.{diverged} Where both finish,"
            f" {a} - {b} is {_points(row['difference'])} points ({_interval(row)})."
        )
    difference, low, high = row["difference"], row["low"], row["high"]
    if difference < 0:
        a, b, difference, low, high = b, a, -difference, -high, -low
    interval = f"95 % interval {_points(low)} to {_points(high)}, {_seeds(row['n'])}"
    words = {
        "tie": f"{a} and {b} tie: a difference of",
        "undecided": f"{said(row)}; so far {a} is ahead of {b} by",
    }.get(row["verdict"], f"{a} is better than {b} by")
    return f"**{network}**: {words} {POINTS * difference:.2f} points ({interval})."


def _seeds(n: float, words: str = "paired seed") -> str:
    return f"{n:.0f} {words}{'s' * (n != 1)}"


def _p_value(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "< 0.001"


def _interval(row: pd.Series) -> str:
    return f"{_points(row['low'])} to {_points(row['high'])}"


def _points(difference: float) -> str:
    return f"{POINTS * difference:+.2f}"


FORMATS: dict[str, Callable[[pd.DataFrame], str]] = {
    "csv": lambda table: table.drop(columns="commands").to_csv(index=False),
    "md": lambda table: readable(table).to_markdown(index=False, disable_numparse=True) + "\n",
    "tex": lambda table: readable(table).to_latex(index=False, escape=True),
}
"""How a table is written to a file: every number as CSV, what is for readers otherwise."""
