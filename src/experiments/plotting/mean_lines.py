"""Lines of means over seeds with 95 % intervals, one colour for each arm."""

from collections.abc import Mapping
from typing import Any, Literal

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from scipy import stats

from experiments.comparison import ARM
from experiments.plotting.style import PANEL, arm_colours, colour_keys

LineStyle = Literal["-", "--", ":", "-."] | tuple[int, tuple[int, ...]]


def mean_lines(
    frame: pd.DataFrame,
    x: str,
    axes: Axes | None,
    *,
    style: str | None = None,
    styles: Mapping[str, LineStyle] | None = None,
    bars: bool = False,
) -> Axes:
    """Draw the mean of `value` against the column ``x``, with its interval as a band or as bars.

    Draws one line for each arm and each value of the column ``style``, whose line styles are
    ``styles``. A mean is over the runs that have the value of ``x``. This takes a fraction of the
    time of seaborn's line plot, which computes every interval separately.
    """
    axes = axes or plt.subplots(figsize=PANEL)[1]
    colours = arm_colours(frame)
    styles = styles or {"": "-"}
    marker = "o" if bars or frame[x].nunique() == 1 else None  # a single point draws no line
    for arm, colour in colours.items():
        of_arm = frame[frame[ARM] == arm]
        for name, line_style in styles.items():
            part = of_arm[of_arm[style] == name] if style else of_arm
            mean, half = mean_and_half_width(part.groupby(x)["value"])
            if bars:
                axes.errorbar(
                    mean.index, mean, half, color=colour, linestyle=line_style, marker=marker
                )
                continue
            axes.plot(mean.index, mean, color=colour, linestyle=line_style, marker=marker)
            if half.any():
                low, high = mean - half, mean + half
                axes.fill_between(mean.index, low, high, color=colour, alpha=0.15, linewidth=0)
    style_keys = [
        Line2D([], [], color="0.3", linestyle=line_style, label=name)
        for name, line_style in styles.items()
        if name
    ]
    axes.legend(handles=colour_keys(colours) + style_keys, fontsize="small", handlelength=2.5)
    return axes


def mean_and_half_width(values: Any) -> tuple[pd.Series, pd.Series]:
    """Return the mean of each group, and half the width of Student's 95 % interval.

    ``values`` is a grouped series. The half width of a group with one value is zero.
    """
    table = values.agg(["mean", "sem", "count"])
    quantiles = stats.t.ppf(0.975, table["count"].clip(lower=2) - 1)
    return table["mean"], (quantiles * table["sem"]).fillna(0)
