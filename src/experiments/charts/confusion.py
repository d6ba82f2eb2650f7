"""The confusion matrix of a trained network."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from experiments.charts.figure import Chart, Figure, Panel, records

CELL = 28


def confusion(predictions: pd.DataFrame, network: str) -> Figure:
    """Return how often each label was given to the images of each label.

    ``predictions`` is the table of `results.predictions`, ``network`` the name of the network.
    """
    order = _order(predictions)
    pairs = predictions[["label", "predicted"]]
    named = pairs.astype(str) if order else pairs  # categories would be counted without images
    counts = named.groupby(["label", "predicted"]).size().rename("images").reset_index()
    wrong = counts[counts["label"] != counts["predicted"]]
    rows = counts.assign(mistakes=counts["images"].where(counts["label"] != counts["predicted"], 0))
    worst = ""
    if len(wrong):
        row = wrong.loc[wrong["images"].idxmax()]
        n, verb = row["images"], "was" if row["images"] == 1 else "were"
        images = f"{n} {'image' if n == 1 else 'images'} of {row['label']}"
        worst = f" The most frequent mistake: {images} {verb} taken for {row['predicted']}."
    right = int(predictions["correct"].sum())
    return Figure(
        name="confusion",
        title="Which labels are confused",
        caption=f"{network}: {right:,} of {len(predictions):,} validation images are right (the"
        f" diagonal). Mistakes are shaded.{worst}",
        description=f"{right} of {len(predictions)} images are right.{worst}",
        panels=[Panel("", _chart(int(max(rows["mistakes"].max(), 1)), order), records(rows))],
    )


def _order(predictions: pd.DataFrame) -> list[str]:
    """Return the names of the classes in their order; nothing if numbers are their names."""
    labels = predictions["label"]
    return list(labels.cat.categories) if isinstance(labels.dtype, pd.CategoricalDtype) else []


def _chart(most: int, order: Sequence[str]) -> Chart:
    sort = list(order) or "ascending"
    angle = -90 if any(len(name) > 3 for name in order) else 0
    across = alt.Axis(labelAngle=angle)
    base = alt.Chart().encode(
        x=alt.X("predicted:O", title="label that the network gave", axis=across, sort=sort),
        y=alt.Y("label:O", title="true label", sort=sort),
        tooltip=["label:O", "predicted:O", "images:Q"],
    )
    scale = alt.Scale(domain=[0, most], range=["#ffffff", "#D55E00"], interpolate="rgb")
    cells = base.mark_rect().encode(color=alt.Color("mistakes:Q", scale=scale, legend=None))
    return alt.layer(cells, base.mark_text(fontSize=12).encode(text="images:Q")).properties(
        height=alt.Step(CELL)
    )
