"""The difference of two arms on every seed, with its mean, interval and verdict."""

from collections.abc import Sequence
from itertools import cycle

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes

from experiments.comparison import Comparison, Row, Verdict, seed_differences
from experiments.palette import COLOURS
from experiments.plotting.style import fitted_beside, write_sentence

NEUTRAL = "0.25"
"""The colour of a row without a better arm."""


def paired_differences(comparison: Comparison, *, axes: Axes | None = None) -> Axes:
    """Plot the difference of every seed, its mean and its interval, one row for each condition.

    The verdict stands beside each row, in the colour of the better arm. Differences within the
    equivalence margin of the comparison are shaded.
    """
    rows = comparison.rows
    names = [f"{row.condition}: {row.arm_a} - {row.arm_b}" for row in rows]
    one_pair = len({(row.arm_a, row.arm_b) for row in rows}) == 1
    axes = axes or plt.subplots(figsize=(9, 1.6 + 0.4 * len(rows)))[1]
    axes.axvspan(-100 * comparison.margin, 100 * comparison.margin, color="0.9", zorder=0)
    axes.axvline(0, color="black", linewidth=1)
    _draw_seeds(axes, comparison, names)
    labels = [row.condition for row in rows] if one_pair else names
    axes.set(yticks=range(len(rows)), yticklabels=labels, ylim=(len(rows) - 0.5, -0.5))
    colours = _arm_colours(rows)
    for place, row in enumerate(rows):
        _draw_verdict(axes, place, row, colours)
    title = "Difference on every seed, mean and 95 % interval (shaded: a tie)"
    axes.set_title(fitted_beside(title, labels, axes))
    axes.set(xlabel=_direction(rows[0]) if one_pair else _direction(), ylabel="")
    return axes


def _draw_seeds(axes: Axes, comparison: Comparison, names: list[str]) -> None:
    of_seeds = seed_differences(comparison.pairs)
    if of_seeds.empty:
        write_sentence(axes, "There is no seed on which both arms have finished.")
        return
    shown = of_seeds.assign(
        points=100 * of_seeds["difference"],
        row=of_seeds["condition"] + ": " + of_seeds["arms"],
    )
    sns.stripplot(
        shown,
        x="points",
        y="row",
        order=names,
        ax=axes,
        color="0.6",
        size=5,
        alpha=0.6,
        jitter=False,
    )


def _draw_verdict(axes: Axes, place: int, row: Row, colours: dict[str, str]) -> None:
    """Draw the interval and the mean of a row, and write its verdict at the right."""
    better = {Verdict.A_BETTER: row.arm_a, Verdict.B_BETTER: row.arm_b}.get(row.verdict)
    colour = colours[better] if better else NEUTRAL
    known = row.statistics
    if known:
        ends = [100 * known.low, 100 * known.high]
        axes.plot(ends, [place, place], color=colour, linewidth=2.5, zorder=5)
        axes.plot(100 * known.difference, place, "D", color=colour, markersize=7, zorder=5)
    axes.text(
        1.01,
        place,
        _words(row, better),
        transform=axes.get_yaxis_transform(),
        color=colour,
        weight="bold" if better else "normal",
        va="center",
    )


def _words(row: Row, better: str | None) -> str:
    if better is None:
        return row.verdict.value
    if row.failed or not row.statistics:
        return f"{better} fails less often"
    return f"{better} better by {100 * abs(row.statistics.difference):.2f}"


def _arm_colours(rows: Sequence[Row]) -> dict[str, str]:
    arms = sorted({arm for row in rows for arm in (row.arm_a, row.arm_b)})
    return dict(zip(arms, cycle(COLOURS), strict=False))


def _direction(row: Row | None = None) -> str:
    """Return the label of the x axis; for one pair of arms it names the better one of each side."""
    if row is None:
        return "percentage points of accuracy by which the first is ahead"
    return f"← {row.arm_b} better          {row.arm_a} better →\npercentage points of accuracy"
