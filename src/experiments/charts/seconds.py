"""Validation accuracy against the seconds of training."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from experiments.charts.figure import VISIBLE, Chart, Figure, Panel, records
from experiments.charts.style import Key, colour, dashes, limits
from experiments.comparison import ARM, CONDITION
from experiments.results import VALIDATION

HEIGHT = 230


def accuracy_by_seconds(history: pd.DataFrame, drawn: Sequence[Key]) -> Figure | None:
    """Return mean accuracy against mean seconds after each epoch, a panel for each condition.

    ``history`` is as from `results.history`, with the columns of `named`. None if no run has
    recorded its seconds.
    """
    rows = history[history["metric"].isin([VALIDATION, "seconds"])]
    index = ["identity", CONDITION, ARM, "epoch"]
    wide = rows.pivot_table("value", index, "metric", observed=True).reset_index()
    if wide.empty or "seconds" not in wide or VALIDATION not in wide:
        return None
    wide["seconds"] = wide.groupby("identity")["seconds"].cumsum()
    table = wide.groupby([CONDITION, ARM, "epoch"], observed=True)[[VALIDATION, "seconds"]].mean()
    table = table.reset_index().rename(columns={VALIDATION: "accuracy"})
    table["accuracy"] *= 100
    panels = [
        Panel(str(condition), _chart(part, drawn), records(part), zoom=True)
        for condition, part in table.groupby(CONDITION, sort=True)
    ]
    ends = table.groupby([CONDITION, ARM], observed=True)[["accuracy", "seconds"]].last()
    described = ", ".join(
        f"{' '.join(map(str, name))} {row['accuracy']:.4g} % after {row['seconds']:.3g} s"
        for name, row in ends.iterrows()
        if isinstance(name, tuple)
    )
    several = wide.groupby([CONDITION, ARM], observed=True)["identity"].nunique().max() > 1
    point = "the mean of an arm" if several else "a run"
    return Figure(
        name="accuracy-by-seconds",
        title="Validation accuracy by seconds of training",
        caption=f"A point is {point} after an epoch. Seconds are without evaluation, and"
        " depend on the machine and on what else it was doing.",
        description=described,
        panels=panels,
        keys=drawn,
    )


def _chart(table: pd.DataFrame, drawn: Sequence[Key]) -> Chart:
    base = (
        alt.Chart()
        .transform_filter(VISIBLE)
        .encode(
            x=alt.X(
                "seconds:Q",
                title="seconds of training",
                axis=alt.Axis(tickCount=5),
                scale=alt.Scale(domain=limits(table["seconds"], within=(0, float("inf")))),
            ),
            y=alt.Y(
                "accuracy:Q",
                title="validation accuracy (%)",
                scale=alt.Scale(domain=limits(table["accuracy"], within=(0, 100)), zero=False),
            ),
            color=colour(drawn),
            tooltip=[
                "arm:N",
                "epoch:Q",
                alt.Tooltip("seconds:Q", format=".3~g"),
                alt.Tooltip("accuracy:Q", title="accuracy (%)", format=".2f"),
            ],
        )
    )
    lines = base.mark_line(strokeWidth=2, clip=True).encode(
        strokeDash=dashes(drawn), order="epoch:Q"
    )
    return alt.layer(lines, base.mark_point(filled=True, size=40, clip=True)).properties(
        height=HEIGHT
    )
