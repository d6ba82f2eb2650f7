"""Published numbers beside ours: their differences with intervals, and a curve of both."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from experiments.palette import COLOURS
from experiments.plotting.style import PANEL, write_sentence

ROW = 0.24
"""The height of a number, in inches."""
LINEAR = 1
"""The difference up to which the axis is linear."""
OURS, PUBLISHED = COLOURS[0], COLOURS[1]


def published_differences(numbers: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Plot each published number minus the mean of ours, and the interval of a new run.

    The columns are `label`, `published`, `mean`, `low` and `high`, one row per number.
    """
    if axes is None:
        axes = plt.subplots(figsize=(9.5, 1.2 + ROW * max(len(numbers), 3)))[1]
    axes.set_title("Published minus ours")
    axes.set_xlabel(f"percentage points,\nlogarithmic beyond {LINEAR}")
    if numbers.empty:
        write_sentence(axes, "No published number has been measured.")
        return axes
    places = range(len(numbers))
    below, above = numbers["mean"] - numbers["low"], numbers["high"] - numbers["mean"]
    axes.errorbar(
        [0.0] * len(numbers), places, xerr=[below, above], fmt="none", ecolor=OURS, elinewidth=4
    )
    axes.plot(numbers["published"] - numbers["mean"], places, "o", color=PUBLISHED)
    axes.axvline(0, color="0.6", linewidth=1)
    axes.set_yticks(places, numbers["label"], fontsize=9)
    axes.invert_yaxis()
    axes.set_xscale("symlog", linthresh=LINEAR)
    axes.xaxis.set_major_formatter("{x:g}")
    figure = axes.get_figure(root=True)
    assert figure is not None  # noqa: S101 - for mypy
    figure.legend(handles=_keys(), fontsize="small", loc="outside lower center", ncols=2)
    return axes


def published_curve(numbers: pd.DataFrame, x: str, *, axes: Axes | None = None) -> Axes:
    """Plot published numbers and ours against a column ``x``, which is logarithmic.

    The columns are ``x``, `published`, `mean`, `low` and `high`.
    """
    axes = axes or plt.subplots(figsize=PANEL)[1]
    axes.set_title("Accuracy, published and ours")
    axes.set(xlabel=x, ylabel="accuracy in per cent")
    if numbers.empty:
        write_sentence(axes, "No published number has been measured.")
        return axes
    shown = numbers.sort_values(x)
    axes.fill_between(shown[x], shown["low"], shown["high"], color=OURS, alpha=0.2, linewidth=0)
    axes.plot(shown[x], shown["mean"], color=OURS)
    axes.plot(shown[x], shown["published"], "o", color=PUBLISHED)
    axes.set_xscale("log")
    axes.legend(handles=_keys(), fontsize="small")
    return axes


def _keys() -> list[Line2D]:
    """Return the entries of the legend."""
    return [
        Line2D([], [], color=OURS, linewidth=4, label="ours: where a new run lies"),
        Line2D([], [], color=PUBLISHED, marker="o", linestyle="", label="published"),
    ]
