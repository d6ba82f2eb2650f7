"""The tuning of a study: accuracy of every value that was tried, with the value that was chosen."""

import pandas as pd
from matplotlib.axes import Axes

from experiments.comparison import ARM
from experiments.plotting.mean_lines import mean_lines
from experiments.plotting.style import arm_colours, percent_axis
from experiments.results import VALIDATION


def tuning_curves(runs: pd.DataFrame, option: str, scale: str, *, axes: Axes | None = None) -> Axes:
    """Plot validation accuracy against an option, with 95 % intervals over the tuning seeds.

    ``runs`` are the tuning runs that finished, with the columns of `comparison.named` and `chosen`,
    which is true at the value that was chosen: it has a star. Every marker is a value that was
    tried, so a star at the end of a line lies at an edge.
    """
    axes = mean_lines(runs.assign(value=runs[VALIDATION]), option, axes, bars=True)
    for arm, colour in arm_colours(runs).items():
        best = runs[(runs[ARM] == arm) & runs["chosen"]]
        mean = best.groupby(option)[VALIDATION].mean()
        axes.plot(mean.index, mean, "*", color=colour, markersize=16, zorder=5)
    axes.set(
        xscale=scale,
        xlabel=option.rpartition(".")[2].replace("_", " "),
        ylabel="validation accuracy",
    )
    axes.set_title("Tuning (star: chosen; intervals over the tuning seeds)")
    percent_axis(axes)
    return axes
