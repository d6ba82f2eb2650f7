"""The confusion matrix of a trained network."""

import altair as alt
import pandas as pd

from experiments.charts.figure import Chart, Figure, Panel, records

CELL = 28


def confusion(predictions: pd.DataFrame, network: str) -> Figure:
    """Return how often each label was given to the images of each label.

    ``predictions`` is the table of `results.predictions`, ``network`` the name of the network.
    """
    counts = predictions.groupby(["label", "predicted"]).size().rename("images").reset_index()
    wrong = counts[counts["label"] != counts["predicted"]]
    rows = counts.assign(mistakes=counts["images"].where(counts["label"] != counts["predicted"], 0))
    worst = ""
    if len(wrong):
        row = wrong.loc[wrong["images"].idxmax()]
        worst = (
            f" The most frequent mistake: {row['images']} images of {row['label']} were taken for"
            f" {row['predicted']}."
        )
    right = int(predictions["correct"].sum())
    return Figure(
        name="confusion",
        title="Which labels are confused",
        caption=f"{network}: {right:,} of {len(predictions):,} validation images are right (the"
        f" diagonal). Mistakes are shaded.{worst}",
        description=f"{right} of {len(predictions)} images are right.{worst}",
        panels=[Panel("", _chart(int(max(rows["mistakes"].max(), 1))), records(rows))],
    )


def _chart(most: int) -> Chart:
    base = alt.Chart().encode(
        x=alt.X("predicted:O", title="label that the network gave", axis=alt.Axis(labelAngle=0)),
        y=alt.Y("label:O", title="true label"),
        tooltip=["label:O", "predicted:O", "images:Q"],
    )
    scale = alt.Scale(domain=[0, most], range=["#ffffff", "#D55E00"], interpolate="rgb")
    cells = base.mark_rect().encode(color=alt.Color("mistakes:Q", scale=scale, legend=None))
    return alt.layer(cells, base.mark_text(fontSize=12).encode(text="images:Q")).properties(
        height=alt.Step(CELL)
    )
