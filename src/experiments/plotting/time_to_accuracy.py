"""Bars of the epochs or seconds of training until a validation accuracy is reached."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from experiments.comparison import ARM
from experiments.plotting.mean_lines import mean_and_half_width
from experiments.plotting.style import PANEL, arm_colours, colour_keys, write_sentence


def time_to_accuracy(arrivals: pd.DataFrame, unit: str, *, axes: Axes | None = None) -> Axes:
    """Plot when target accuracies are first reached, in `epoch` or `seconds`.

    ``arrivals`` is a frame as from `results.arrivals`. If some runs did not reach a target, the
    bar is pale and shows the mean of the others without an interval, because the time of the
    missing runs is unknown. Above it is written how many runs reached the target.
    """
    axes = axes or plt.subplots(figsize=PANEL)[1]
    colours, targets = arm_colours(arrivals), sorted(arrivals["target"].unique())
    width = 0.8 / max(len(colours), 1)
    for number, (arm, colour) in enumerate(colours.items()):
        for place, target in enumerate(targets):
            rows = (arrivals[ARM] == arm) & (arrivals["target"] == target)
            x = place - 0.4 + width * (number + 0.5)
            _draw_bar(axes, x, width, arrivals.loc[rows, unit], colour)
    axes.set_xticks(range(len(targets)), [f"{target:.0%}" for target in targets])
    axes.set_xlim(-0.5, max(len(targets), 1) - 0.5)
    axes.legend(handles=colour_keys(colours), fontsize="small")
    units = unit if unit.endswith("s") else f"{unit}s"
    axes.set_title(f"Training until a validation accuracy ({units})")
    axes.set(xlabel="validation accuracy", ylabel=units)
    axes.grid(visible=False, axis="x")
    if arrivals.empty:
        write_sentence(axes, "No run has finished an epoch.")
    return axes


def _draw_bar(axes: Axes, x: float, width: float, values: pd.Series, colour: str) -> None:
    """Draw the mean of the values that are not missing; with its interval if none is missing."""
    known = values.dropna()
    if len(known) == len(values):
        one_group = values.groupby(np.zeros(len(values)))
        mean, half = (each.iloc[0] for each in mean_and_half_width(one_group))
        axes.bar(x, mean, width, color=colour)
        axes.plot([x, x], [max(mean - half, 0.0), mean + half], color="black", linewidth=1.5)
        return
    height = known.mean() if len(known) else 0.0
    axes.bar(x, height, width, color=colour, alpha=0.4)
    axes.annotate(
        f"{len(known)}/{len(values)}",
        (x, height),
        (0, 3),
        textcoords="offset points",
        ha="center",
        fontsize=8,
    )
