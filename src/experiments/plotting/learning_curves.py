"""Learning curves: cost, loss or accuracy against the epoch, on training and validation sets."""

import pandas as pd
from matplotlib.axes import Axes

from experiments.plotting.mean_lines import LineStyle, mean_lines
from experiments.plotting.style import (
    epoch_axis,
    logarithmic_axis,
    percent_axis,
    write_if_nothing_recorded,
)

SPLITS: dict[str, LineStyle] = {"validation": "-", "training": "--"}
TEST: dict[str, LineStyle] = {"test": ":"}


def learning_curves(
    history: pd.DataFrame, quantity: str, *, zoom: bool = True, axes: Axes | None = None
) -> Axes:
    """Plot a quantity against the epoch, one colour for each arm; training is dashed.

    Test curves are dotted, if runs have recorded them (`test_curve=true`).

    ``quantity`` is `cost`, which includes the penalty for large weights, `loss` or `accuracy`.
    With ``zoom`` the axis of accuracies begins at 90 % if most of them are above.
    """
    splits = {f"validation/{quantity}": "validation", f"train/{quantity}": "training"}
    tested = f"test_curve/{quantity}"
    styles = SPLITS | TEST if (history["metric"] == tested).any() else SPLITS
    splits[tested] = "test"
    shown = history[history["metric"].isin(list(splits))]
    shown = shown.assign(split=shown["metric"].astype(str).map(splits))
    axes = mean_lines(shown, "epoch", axes, style="split", styles=styles)
    if quantity == "accuracy":
        percent_axis(axes)
        if zoom and shown["value"].quantile(0.25) > 0.9:
            axes.set_ylim(0.9, 1.0)
        axes.set(title="Accuracy over training", ylabel="accuracy")
    else:
        logarithmic_axis(axes)
        axes.set(title=f"{quantity.capitalize()} over training", ylabel=f"{quantity} per image")
    epoch_axis(axes)
    write_if_nothing_recorded(axes, shown, history)
    return axes
