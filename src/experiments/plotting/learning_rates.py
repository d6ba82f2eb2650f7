"""Validation accuracy against the learning rate, with the number of runs that diverged."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from experiments.comparison import ARM, CONDITION
from experiments.plotting.mean_lines import mean_lines
from experiments.plotting.style import arm_colours, percent_axis, write_sentence
from experiments.recording import Status
from experiments.results import RATE, VALIDATION, default_rate

TICK_SIZE = 9
"""Font size of the labels of learning rates, in points."""


def accuracy_by_rate(runs: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Plot validation accuracy against the learning rate; dotted lines are the default rates.

    Means are over the runs that finished. Where runs diverged, their number is written.
    """
    runs = runs.assign(**{ARM: runs[ARM].astype("category")})  # so that each part has all arms
    finished = runs[runs["status"] == Status.FINISHED.value]
    ended = runs[runs["status"].isin([Status.FINISHED.value, Status.DIVERGED.value])]
    axes = mean_lines(finished.assign(value=finished[VALIDATION]), RATE, axes, bars=True)
    for arm, colour in arm_colours(runs).items():
        _draw_default_rates(axes, runs[runs[ARM] == arm], colour)
        _write_diverged(axes, ended[ended[ARM] == arm], colour)
    axes.set(xscale="log", xlabel="learning rate", ylabel="validation accuracy")
    if len(ended):
        _label_rates(axes, sorted(ended[RATE].unique()))
    axes.set_title("Accuracy by learning rate (dotted: the default)")
    percent_axis(axes)
    if finished.empty:
        write_sentence(axes, "No run has finished.")
    return axes


def _draw_default_rates(axes: Axes, runs: pd.DataFrame, colour: str) -> None:
    """Draw a dotted line at each learning rate that is the default for some run."""
    distinct = runs.drop_duplicates([CONDITION, "activation", "loss", "optimizer"])
    for rate in {default_rate(run) for run in distinct.to_dict("records")}:
        axes.axvline(rate, color=colour, linestyle=":", linewidth=1.5)


def _write_diverged(axes: Axes, runs: pd.DataFrame, colour: str) -> None:
    """Write at each learning rate how many of its runs diverged, if there are any."""
    for rate, status in runs.groupby(RATE)["status"]:
        n_diverged = int((status == Status.DIVERGED.value).sum())
        if n_diverged:
            axes.annotate(
                f"{n_diverged}/{len(status)}\ndiverged",
                (float(rate), 0.02),
                xycoords=("data", "axes fraction"),
                ha="center",
                color=colour,
                fontsize=8,
            )


def _label_rates(axes: Axes, rates: Sequence[float]) -> None:
    """Label the learning rates that were run, without those for which there is no room."""
    low, high = axes.get_xlim()
    labelled: list[float] = []
    for rate in rates:
        factor = (high / low) ** (0.024 * len(f"{rate:g}"))  # 0.024 of the width per character
        if not labelled or rate >= factor * labelled[-1]:
            labelled.append(rate)
    axes.set_xticks(labelled, [f"{rate:g}" for rate in labelled], fontsize=TICK_SIZE)
    axes.xaxis.set_minor_locator(NullLocator())
