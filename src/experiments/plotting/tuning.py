"""The tuning of a study: the error at every value that was tried, and the value that was chosen."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from experiments.comparison import ARM
from experiments.plotting.style import PANEL, arm_colours, colour_keys
from experiments.results import VALIDATION


def tuning_curves(runs: pd.DataFrame, option: str, scale: str, *, axes: Axes | None = None) -> Axes:
    """Plot the validation error against an option: a dot for each run, a line for the means.

    ``runs`` are the tuning runs that finished, with the columns of `comparison.named` and `chosen`,
    which is true at the value that was chosen: it has a star. A star at the end of a line lies at
    an edge of the values that were tried.
    """
    axes = axes or plt.subplots(figsize=PANEL)[1]
    colours = arm_colours(runs)
    for arm, colour in colours.items():
        of_arm = runs[runs[ARM] == arm].assign(error=lambda frame: 1 - frame[VALIDATION])
        axes.plot(of_arm[option], of_arm["error"], "o", color=colour, alpha=0.35, markersize=4)
        mean = of_arm.groupby(option)["error"].mean()
        axes.plot(mean.index, mean, color=colour)
        best = mean[mean.index.isin(of_arm[of_arm["chosen"]][option])]
        axes.plot(best.index, best, "*", color=colour, markersize=15, zorder=5)
    words = option.rpartition(".")[2].replace("_", " ")
    axes.set(xscale=scale, yscale="log", xlabel=words, ylabel="validation error")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda error, _: f"{100 * error:g}%"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.legend(handles=colour_keys(colours), fontsize="small")
    axes.set_title("Tuning: a dot for each run, lines for means, stars for the chosen values")
    return axes
