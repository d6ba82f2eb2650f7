"""The tuning of a study: the error at every value that was tried, and the value that was chosen."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from experiments.comparison import ARM
from experiments.plotting.style import PANEL, arm_colours, colour_keys
from experiments.results import VALIDATION

GREY = "0.45"


def tuning_curves(
    runs: pd.DataFrame,
    option: str,
    scale: str,
    ends: Sequence[float],
    limits: Sequence[float],
    *,
    axes: Axes | None = None,
) -> Axes:
    """Plot the validation error against an option: a dot for each run, a line for the means.

    ``runs`` are the tuning runs that finished, with the columns of `comparison.named` and `chosen`,
    which is true at the value that was chosen: it has a star. Bars are one standard error of the
    mean over the seeds, where there are several. Dotted lines are the ``ends`` of the range,
    beyond which the search goes if the best value lies there, and dashed ones its ``limits``. A
    star at the end of a line lies at an edge of the values that were tried.
    """
    axes = axes or plt.subplots(figsize=PANEL)[1]
    colours = arm_colours(runs)
    for place in ends:
        axes.axvline(place, color=GREY, linestyle=":", linewidth=1.5, zorder=0)
    shown_limits = [limit for limit in limits if limit > 0 or scale == "linear"]
    for place in shown_limits:
        axes.axvline(place, color=GREY, linestyle="--", linewidth=1.5, zorder=0)
    for arm, colour in colours.items():
        of_arm = runs[runs[ARM] == arm].assign(error=lambda frame: 1 - frame[VALIDATION])
        axes.plot(of_arm[option], of_arm["error"], "o", color=colour, alpha=0.35, markersize=4)
        _draw_means(axes, of_arm, option, colour)
    words = option.rpartition(".")[2].replace("_", " ")
    axes.set(xscale=scale, yscale="log", xlabel=words, ylabel="validation error")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda error, _: f"{100 * error:g}%"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    keys = [*colour_keys(colours), *_keys(limited=bool(shown_limits))]
    axes.legend(handles=keys, fontsize="small")
    axes.set_title("Tuning: means with standard errors")
    return axes


def _draw_means(axes: Axes, runs: pd.DataFrame, option: str, colour: str) -> None:
    """Draw the mean of each value, its standard error if it has several runs, and the star."""
    by_value = runs.groupby(option)["error"]
    mean = by_value.mean()
    axes.plot(mean.index, mean, color=colour)
    spread = by_value.sem().dropna()
    axes.errorbar(
        spread.index, mean[spread.index], yerr=spread, fmt="none", ecolor=colour, capsize=3
    )
    best = mean[mean.index.isin(runs[runs["chosen"]][option])]
    axes.plot(best.index, best, "*", color=colour, markersize=15, zorder=5, clip_on=False)


def _keys(*, limited: bool) -> list[Line2D]:
    """Return the legend's entries for what all arms have."""
    keys = [
        Line2D([], [], color=GREY, marker="o", markersize=4, linestyle="none", label="a run"),
        Line2D([], [], color=GREY, marker="*", markersize=12, linestyle="none", label="chosen"),
        Line2D([], [], color=GREY, linestyle=":", label="range"),
    ]
    return [*keys, Line2D([], [], color=GREY, linestyle="--", label="limit")] if limited else keys
