"""Print the effects of two factors with advice, or write them as CSV, Markdown or LaTeX."""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
from rich.console import Console
from rich.padding import Padding
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
from experiments.comparison.cells import Cell
from experiments.comparison.decision import Verdict
from experiments.comparison.factorial import Effect, Factorial
from experiments.comparison.factorial_words import (
    cell_words,
    effect_name,
    effect_verdict,
    failure_sentences,
    readable_cells,
    readable_effects,
)
from experiments.comparison.narrow_table import column_widths, fits, narrow_table
from experiments.comparison.printing import STYLES, latex, markdown
from experiments.comparison.stacked_table import stacked_table
from experiments.comparison.verdicts import POINTS, interval_words, p_value_words
from experiments.results import SweepSummary

FACTORIAL_FORMATS: dict[str, Callable[[Factorial], str]] = {
    "csv": lambda factorial: factorial.table.drop(columns="commands").to_csv(index=False),
    "md": lambda factorial: "\n".join(map(markdown, _readable(factorial))),
    "tex": lambda factorial: "\n".join(map(latex, _readable(factorial))),
}
"""The formats of files: CSV has every number of the effects; the others have the cells, too."""
INDENT = 2


def print_factorial(
    factorial: Factorial,
    runs: pd.DataFrame,
    sweep: SweepSummary | None,
    look: int | None = None,
    *,
    advice: bool = True,
) -> None:
    """Print the cells and effects of each condition, with ``advice`` if wanted.

    The arguments are those of `print_comparison`.
    """
    console = Console(highlight=False)
    print_title(console, runs, sweep)
    for condition in dict.fromkeys(row.condition for row in factorial.rows):
        cells = [cell for cell in factorial.cells if cell.condition == condition]
        rows = [row for row in factorial.rows if row.condition == condition]
        console.print(condition, style="bold", markup=False)
        console.print(_indented(_means(cells, factorial.groups, console.width - INDENT)))
        console.print()
        console.print(_indented(_effects(factorial, rows, console.width - INDENT)))
        console.print()
    console.print(f"{_method(factorial)}{f' This is look {look}.' if look else ''}")
    for sentence in _caveats(factorial):
        console.print(sentence, style="yellow", soft_wrap=True, markup=False)
    if advice:
        print_advice(console, factorial)


def _readable(factorial: Factorial) -> tuple[pd.DataFrame, pd.DataFrame]:
    return readable_cells(factorial), readable_effects(factorial)


def _indented(table: Table | Text) -> Padding:
    return Padding(table, (0, 0, 0, INDENT), expand=False)


def _means(cells: Sequence[Cell], groups: tuple[str, str], width: int) -> Table:
    """Return a table of cells: a row per level of the first factor, a column per second one."""
    known = {cell.levels: cell_words(cell) for cell in cells}
    first = sorted({levels[0] for levels in known})
    second = sorted({levels[1] for levels in known})
    columns = {
        " x ".join(groups): first,
        **{level: [known.get((each, level), "not run") for each in first] for level in second},
    }
    return narrow_table(columns, column_widths(columns, width))


def _effects(factorial: Factorial, rows: Sequence[Effect], width: int) -> Table | Text:
    """Return the effects of a condition. All conditions have columns of the same widths."""
    columns = _effect_columns(factorial, rows)
    styles = [STYLES[row.verdict] for row in rows]
    everywhere = _effect_columns(factorial, factorial.rows)
    widths = column_widths(everywhere, width)
    if fits(everywhere, widths, width):
        return narrow_table(columns, widths, styles)
    effects, below = columns["effect"], {**columns}
    del below["effect"]
    return stacked_table(effects, below, width, styles)


def _effect_columns(factorial: Factorial, rows: Sequence[Effect]) -> Mapping[str, Sequence[str]]:
    known = [row.statistics for row in rows]
    interacting = [row.condition for row in rows if row.contrast.is_interaction]
    alone = len(interacting) == len({*interacting})
    return {
        "effect": [effect_name(row.contrast, alone=alone) for row in rows],
        "points": [interval_words(each) if each else "" for each in known],
        "p": [p_value_words(each.p) if each else "" for each in known],
        "verdict": [
            effect_verdict(row, family=factorial.family, one_look=factorial.one_look)
            for row in rows
        ],
    }


def _method(factorial: Factorial) -> str:
    """Return sentences about the tables: metric, blocks, and for which looks they are valid."""
    first, second = factorial.groups
    statistics = [row.statistics for row in factorial.rows]
    valid = validity(len(statistics), family=factorial.family, one_look=factorial.one_look)
    over = sources_of_variance(factorial.metric, statistics)
    return (
        f"{factorial.metric}; seeds are blocks{cuts(factorial.tuned)}, {over}."
        " The effect of a factor is the mean over the levels of the other."
        f" The interaction is the effect of {first} at one level of {second}"
        " minus that at the next."
        f" {valid} A tie, or no interaction,"
        f" is within {POINTS * factorial.margin:g} points.{image_limits(statistics)}"
    )


def _caveats(factorial: Factorial) -> list[str]:
    """Return sentences about failed runs, and about effects that an interaction makes differ."""
    first, second = factorial.groups
    sentences = failure_sentences(factorial.cells)
    interacting = dict.fromkeys(
        row.condition
        for row in factorial.rows
        if row.contrast.is_interaction and row.verdict in (Verdict.A_BETTER, Verdict.B_BETTER)
    )
    if interacting:
        sentences.append(
            f"{', '.join(interacting)}: because of the interaction, the effect of a factor depends"
            f" on the level of the other: compare {first} alone and {second} alone."
        )
    return sentences
