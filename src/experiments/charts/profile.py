"""A performance profile over networks (Dolan and Moré 2002), for differences of accuracy."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from experiments.charts.figure import VISIBLE, Chart, Figure, Panel, records
from experiments.charts.style import Key, colour, dashes
from experiments.comparison import ARM, CONDITION
from experiments.recording import Status

HEIGHT = 230


def performance_profile(tuned: pd.DataFrame, metric: str, drawn: Sequence[Key]) -> Figure | None:
    """Return for each arm the share of conditions in which it is within t points of the best.

    ``tuned`` are runs with the columns of `named`. Only conditions in which all arms have finished
    runs are counted. None if there are fewer than two.
    """
    finished = tuned[tuned["status"] == Status.FINISHED.value]
    accuracies = 100 * finished.pivot_table(metric, CONDITION, ARM, observed=True)
    accuracies = accuracies.dropna()
    if len(accuracies) < 2 or len(accuracies.columns) < 2:
        return None
    behind = (-accuracies).add(accuracies.max(axis=1), axis=0)
    end = float(behind.max(axis=None)) * 1.1 or 1.0
    rows = [
        {"arm": arm, "points": points, "share": 100 * float((column <= points + 1e-9).mean())}
        for arm, column in behind.items()
        for points in sorted({0.0, end, *np.sort(column.to_numpy())})
    ]
    best = ", ".join(
        f"{arm} is best in {int((column <= 1e-9).sum())} of {len(behind)}"
        for arm, column in behind.items()
    )
    return Figure(
        name="performance-profile",
        title="Performance profile",
        caption="The height of a line at t is the share of conditions in which the mean accuracy of"
        f" the arm is within t percentage points of the best arm's. {len(behind)} conditions.",
        description=best,
        panels=[Panel("", _chart(drawn, end), records(pd.DataFrame(rows)))],
        keys=drawn,
    )


def _chart(drawn: Sequence[Key], end: float) -> Chart:
    chart: Chart = (
        alt.Chart()
        .transform_filter(VISIBLE)
        .mark_line(interpolate="step-after", strokeWidth=2.5, point=True)
        .encode(
            x=alt.X(
                "points:Q",
                title="t (percentage points behind the best)",
                scale=alt.Scale(domain=[0, end], nice=False),
            ),
            y=alt.Y("share:Q", title="share of conditions (%)", scale=alt.Scale(domain=[0, 100])),
            color=colour(drawn),
            strokeDash=dashes(drawn),
            tooltip=[
                "arm:N",
                alt.Tooltip("points:Q", title="t", format=".2f"),
                alt.Tooltip("share:Q", title="share (%)", format=".0f"),
            ],
        )
        .properties(height=HEIGHT)
    )
    return chart
