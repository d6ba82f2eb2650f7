"""How the intervals of a study narrow from round to round."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.comparison import Comparison
from experiments.palette import COLOURS
from experiments.plotting.style import PANEL, fitted, write_sentence


def narrowing_intervals(
    rounds: Sequence[Comparison], row: int, *, axes: Axes | None = None
) -> Axes:
    """Plot the mean difference of a row of a comparison, with its interval, by number of seeds.

    ``rounds`` are the comparisons after each round, which have the same rows. Differences within
    the equivalence margin are shaded.
    """
    axes = axes or plt.subplots(figsize=PANEL)[1]
    last = rounds[-1].rows[row]
    known = [
        (each.rows[row].seeds, statistics)
        for each in rounds
        if (statistics := each.rows[row].statistics) is not None
    ]
    margin = 100 * rounds[-1].margin
    axes.axhspan(-margin, margin, color="0.9", zorder=0)
    axes.axhline(0, color="black", linewidth=1)
    if not known:
        write_sentence(axes, "There are fewer than two seeds on which both arms learned.")
    for seeds, statistics in known:
        ends = [100 * statistics.low, 100 * statistics.high]
        axes.plot([seeds, seeds], ends, color=COLOURS[0], linewidth=2.5)
        axes.plot(seeds, 100 * statistics.difference, "D", color=COLOURS[0])
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    title = f"{last.condition}: {last.arm_a} - {last.arm_b}"
    axes.set(xlabel="seeds", ylabel="points", title=fitted(title, PANEL[0]))
    return axes
