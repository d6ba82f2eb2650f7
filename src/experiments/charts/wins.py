"""Win matrices: on how many seeds the arm of the row beats the arm of the column."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from experiments.charts.figure import Chart, Figure, Panel, Rows, records

CELL = 34


def win_matrices(matrices: Mapping[str, pd.DataFrame]) -> Figure:
    """Return a panel for each condition; a matrix is as from `comparison.superiority`."""
    panels = [Panel(condition, _chart(), _shares(each)) for condition, each in matrices.items()]
    best = "; ".join(
        f"{condition}: {matrix.mean(axis=1).idxmax()} wins most often"
        for condition, matrix in matrices.items()
        if matrix.notna().any(axis=None)
    )
    return Figure(
        name="wins",
        title="Share of seeds on which the arm of the row beats the arm of the column",
        caption="Ties count half, and a run that diverged loses. A share counts wins, not points.",
        description=best,
        panels=panels,
    )


def _shares(matrix: pd.DataFrame) -> Rows:
    """Return a row for each pair of arms."""
    long = matrix.rename_axis("arm").reset_index().melt("arm", var_name="other", value_name="share")
    long = long.dropna(subset="share")
    return records(long.assign(percent=(100 * long["share"]).round()))


def _chart() -> Chart:
    base = alt.Chart().encode(
        x=alt.X("other:N", title="beaten arm", axis=alt.Axis(labelAngle=-40)),
        y=alt.Y("arm:N", title="winning arm"),
        tooltip=["arm:N", "other:N", alt.Tooltip("percent:Q", title="wins (% of seeds)")],
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "share:Q", scale=alt.Scale(domain=[0, 1], scheme="purpleorange"), legend=None
        )
    )
    dark = "datum.share < 0.2 || datum.share > 0.8"
    words = base.mark_text(fontSize=12).encode(
        text=alt.Text("percent:Q", format=".0f"),
        color=alt.condition(dark, alt.value("white"), alt.value("black")),
    )
    return alt.layer(cells, words).properties(height=alt.Step(CELL))
