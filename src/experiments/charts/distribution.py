"""The final accuracy of every run: a dot for each seed, and the mean of each arm."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from experiments.charts.figure import VISIBLE, Chart, Figure, Panel, records
from experiments.charts.means import MEAN, means
from experiments.charts.style import Key, colour, limits
from experiments.comparison import ARM, CONDITION
from experiments.recording import Status

ROW = 34
"""The height of an arm, in pixels."""


def final_accuracies(tuned: pd.DataFrame, metric: str, drawn: Sequence[Key]) -> Figure | None:
    """Return the accuracies after the last epoch, a panel for each condition.

    ``tuned`` are runs with the columns of `named`. None if no run has finished.
    """
    known = tuned[(tuned["status"] == Status.FINISHED.value) & tuned[metric].notna()]
    if known.empty:
        return None
    rows = known.assign(accuracy=100 * known[metric])
    panels = [
        Panel(str(condition), _chart(part, drawn), records(part[[ARM, "seed", "accuracy"]]))
        for condition, part in rows.groupby(CONDITION, sort=True)
    ]
    table = means(rows, [CONDITION, ARM], "accuracy")
    described = ", ".join(
        f"{row[CONDITION]} {row[ARM]} {row[MEAN]:.2f} % ({row['n']} runs)"
        for row in table.to_dict("records")
    )
    several = (table["n"] > 1).any()
    mean = " The upright line is the mean of an arm." if several else ""
    missing = len(tuned) - len(known)
    left_out = f" Not drawn: {missing} of {len(tuned)} runs, without this accuracy." * bool(missing)
    return Figure(
        name="final-accuracies",
        title=f"Final accuracy on the {metric.partition('/')[0]} set",
        caption=f"A dot is one run.{mean}{left_out}",
        description=f"Means: {described}.",
        panels=panels,
        keys=drawn,
    )


def _chart(rows: pd.DataFrame, drawn: Sequence[Key]) -> Chart:
    base = (
        alt.Chart()
        .transform_filter(VISIBLE)
        .encode(
            x=alt.X(
                "accuracy:Q",
                title="accuracy (%)",
                axis=alt.Axis(tickCount=6),
                scale=alt.Scale(domain=limits(rows["accuracy"], within=(0, 100)), zero=False),
            ),
            y=alt.Y("arm:N", title=None, sort=[key.arm for key in drawn]),
            color=colour(drawn),
        )
    )
    dots = base.mark_circle(size=70, opacity=0.6).encode(
        tooltip=["arm:N", "seed:Q", alt.Tooltip("accuracy:Q", title="accuracy (%)", format=".2f")]
    )
    lines = (
        base.transform_aggregate(mean="mean(accuracy)", runs="count()", groupby=["arm"])
        .mark_tick(thickness=3, size=24)
        .encode(
            x="mean:Q",
            tooltip=["arm:N", alt.Tooltip("mean:Q", title="mean (%)", format=".2f"), "runs:Q"],
        )
    )
    layers = [dots, lines] if rows[ARM].duplicated().any() else [dots]
    return alt.layer(*layers).properties(height=alt.Step(ROW))
