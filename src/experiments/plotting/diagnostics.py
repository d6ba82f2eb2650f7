"""Diagnostics of learning against the epoch: the output error, saturated and dead neurons."""

from collections.abc import Mapping
from itertools import cycle

import pandas as pd
from matplotlib.axes import Axes

from experiments.plotting.mean_lines import LineStyle, mean_lines
from experiments.plotting.style import (
    epoch_axis,
    logarithmic_axis,
    percent_axis,
    write_if_nothing_recorded,
)

PARTS = {
    "output/error": r"error $|a - y|$",
    "output/slope": r"slope $a (1 - a)$",
    "output/delta": r"gradient $|\partial C / \partial z|$",
}
"""The metrics of the output error, and their names in the legend."""
PART_STYLES: dict[str, LineStyle] = {
    PARTS["output/error"]: "-",
    PARTS["output/slope"]: ":",
    PARTS["output/delta"]: "--",
}
FLAT = {
    r"saturated/(\d+)": r"layer \1",
    r"dead/(\d+)": r"layer \1, dead",
    "output/saturated_and_wrong": "outputs, and wrong",
}
"""The metrics of neurons that hardly learn, as patterns, and their names in the legend."""
NORMS = {r"error_norm/(\d+)": r"layer \1"}
"""The metrics of the mean error of a layer, as a pattern, and their names in the legend."""
LAYER_STYLES: tuple[LineStyle, ...] = ("-", "--", ":", "-.", (0, (7, 1, 1, 1, 1, 1)))


def output_error(history: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Plot the output error `|a - y|`, the slope `a (1 - a)` and the gradient `|dC/dz|`.

    The slope is `sigma'(z)` of sigmoid outputs. For each output, the gradient of the quadratic
    cost is the product of error and slope. The mean of the products is not the product of the
    means.
    """
    shown = history[history["metric"].isin(list(PARTS))]
    shown = shown.assign(part=shown["metric"].astype(str).map(PARTS))
    axes = mean_lines(shown, "epoch", axes, style="part", styles=PART_STYLES)
    logarithmic_axis(axes)
    axes.set_title("Output error, slope and gradient")
    axes.set_ylabel("mean over outputs")
    epoch_axis(axes)
    write_if_nothing_recorded(axes, shown, history)
    return axes


def error_norms(history: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Plot the norm of the mean error of each layer, `error_norm/<layer>`, one style for each.

    It says how fast the layer learns: it is the norm of `dC/db` (Nielsen, ch. 5).
    """
    axes = _layer_lines(history, NORMS, axes)
    logarithmic_axis(axes)
    axes.set_title("Mean error of each layer")
    axes.set_ylabel("norm of the mean error")
    return axes


def saturation(history: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Plot the fraction of saturated neurons, one line style for each layer.

    Of the outputs, only those that are wrong are counted. Rectifiers have dead neurons instead. In
    older records the last layer is the output layer, with all of its saturated neurons.
    """
    axes = _layer_lines(history, FLAT, axes)
    percent_axis(axes)
    axes.set_title("Saturated neurons")
    axes.set(ylabel="fraction of neurons", ylim=(0, 1))
    return axes


def _layer_lines(history: pd.DataFrame, names: Mapping[str, str], axes: Axes | None) -> Axes:
    """Draw the mean of the metrics that match a pattern in ``names``, one style for each name."""
    metrics = history["metric"].astype(str)
    shown = history[metrics.str.fullmatch("|".join(names))]
    layers = shown["metric"].astype(str).replace(names, regex=True)
    styles = dict(zip(sorted(layers.unique()), cycle(LAYER_STYLES), strict=False))
    axes = mean_lines(shown.assign(layer=layers), "epoch", axes, style="layer", styles=styles)
    epoch_axis(axes)
    write_if_nothing_recorded(axes, shown, history)
    return axes
