"""Validation accuracy against the learning rate, and how many runs diverged."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from experiments.charts.figure import VISIBLE, Chart, Figure, Panel, records
from experiments.charts.means import HIGH, LOW, MEAN, means
from experiments.charts.style import Key, colour, dashes, limits, ratios
from experiments.comparison import ARM, CONDITION
from experiments.recording import Status
from experiments.results import RATE, VALIDATION

HEIGHT = 230


def accuracy_by_rate(runs: pd.DataFrame, drawn: Sequence[Key]) -> Figure | None:
    """Return the accuracies by learning rate, a panel for each condition, with axes of its own.

    ``runs`` have the columns of `named`. None if no run has finished.
    """
    finished = runs[(runs["status"] == Status.FINISHED.value) & (runs[RATE] > 0)]
    if finished.empty:
        return None
    rows = finished.assign(accuracy=100 * finished[VALIDATION], rate=finished[RATE])
    panels = [
        _panel(str(condition), means(part, [ARM, "rate"], "accuracy"), drawn)
        for condition, part in rows.groupby(CONDITION, sort=True)
    ]
    several = rows.groupby([CONDITION, ARM, RATE], observed=True)["seed"].nunique().max() > 1
    kind = (
        "means where there are several seeds, with their 95 % intervals"
        if several
        else "single runs"
    )
    return Figure(
        name="learning-rates",
        title="Validation accuracy by learning rate",
        caption=f"Points are {kind}. The axis of rates is logarithmic.{_diverged(runs)}",
        description=_best(rows),
        panels=panels,
        keys=drawn,
    )


def _panel(condition: str, table: pd.DataFrame, drawn: Sequence[Key]) -> Panel:
    return Panel(condition, _chart(table, drawn), records(table), zoom=True)


def _chart(table: pd.DataFrame, drawn: Sequence[Key]) -> Chart:
    ends = limits([*table[MEAN], *table[LOW], *table[HIGH]], within=(0, 100))
    rates = alt.Scale(type="log", domain=ratios(table["rate"]), nice=False)
    base = (
        alt.Chart()
        .transform_filter(VISIBLE)
        .encode(
            x=alt.X("rate:Q", title="learning rate", scale=rates, axis=alt.Axis(format="~g")),
            y=alt.Y(
                f"{MEAN}:Q",
                title="validation accuracy (%)",
                scale=alt.Scale(domain=ends, zero=False, nice=False),
            ),
            color=colour(drawn),
            tooltip=[
                "arm:N",
                alt.Tooltip("rate:Q", title="learning rate", format="~g"),
                alt.Tooltip(f"{MEAN}:Q", title="accuracy (%)", format=".2f"),
                alt.Tooltip("n:Q", title="runs"),
            ],
        )
    )
    bars = base.transform_filter(f"isValid(datum.{LOW})").mark_rule(clip=True)
    return alt.layer(
        bars.encode(y=f"{LOW}:Q", y2=f"{HIGH}:Q"),
        base.mark_line(strokeWidth=2).encode(strokeDash=dashes(drawn)),
        base.mark_point(filled=True, size=50),
    ).properties(height=HEIGHT)


def _diverged(runs: pd.DataFrame) -> str:
    """Return a sentence about the learning rates at which runs diverged, after a space."""
    diverged = runs[runs["status"] == Status.DIVERGED.value]
    if diverged.empty:
        return ""
    counts = [
        f"{arm} at {rate:g} ({len(part)} of"
        f" {((runs[ARM] == arm) & (runs[RATE] == rate)).sum()} runs)"
        for (arm, rate), part in diverged.groupby([ARM, RATE], observed=True)
    ]
    return f" Diverged, and not drawn: {', '.join(counts)}."


def _best(rows: pd.DataFrame) -> str:
    table = means(rows, [CONDITION, ARM, "rate"], "accuracy")
    best = table.loc[table.groupby([CONDITION, ARM], observed=True)[MEAN].idxmax()]
    values = (
        f"{row[CONDITION]} {row[ARM]} {row[MEAN]:.2f} % at {row['rate']:g}"
        for row in best.to_dict("records")
    )
    return f"Highest means: {', '.join(values)}."
