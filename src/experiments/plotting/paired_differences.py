"""The difference of two arms on every seed, with its mean and interval."""

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes

from experiments.comparison import Comparison, seed_differences
from experiments.palette import COLOURS
from experiments.plotting.style import fitted_beside, write_sentence


def paired_differences(comparison: Comparison, *, axes: Axes | None = None) -> Axes:
    """Plot the difference of every seed, its mean and its interval, one row for each condition.

    Differences within the equivalence margin of the comparison are shaded.
    """
    labels = [f"{row.condition}: {row.arm_a} - {row.arm_b}" for row in comparison.rows]
    axes = axes or plt.subplots(figsize=(9, 1.4 + 0.5 * len(labels)))[1]
    axes.axvspan(-100 * comparison.margin, 100 * comparison.margin, color="0.9", zorder=0)
    axes.axvline(0, color="black", linewidth=1)
    of_seeds = seed_differences(comparison.pairs)
    shown = of_seeds.assign(
        points=100 * of_seeds["difference"],
        row=of_seeds["condition"] + ": " + of_seeds["arms"],
    )
    if len(shown):
        sns.stripplot(
            shown,
            x="points",
            y="row",
            order=labels,
            ax=axes,
            color=COLOURS[5],
            size=6,
            alpha=0.6,
            jitter=False,
        )
    axes.set(yticks=range(len(labels)), yticklabels=labels, ylim=(len(labels) - 0.5, -0.5))
    for place, row in enumerate(comparison.rows):
        known = row.statistics
        if known:
            ends = [100 * known.low, 100 * known.high]
            axes.plot(ends, [place, place], color="black", linewidth=2.5, zorder=5)
            axes.plot(100 * known.difference, place, "D", color="black", markersize=7, zorder=5)
    if shown.empty:
        write_sentence(axes, "There is no seed on which both arms have finished.")
    title = "Difference on every seed, mean and 95 % interval (shaded: a tie)"
    axes.set_title(fitted_beside(title, labels, axes))
    axes.set(xlabel="percentage points of accuracy by which the first is ahead", ylabel="")
    return axes
