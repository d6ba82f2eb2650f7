"""Figures of runs and sweeps for MLflow. They use only matplotlib: seaborn is slow to import."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter, PercentFormatter

from experiments.palette import COLOURS

History = Mapping[str, Sequence[float]]
"""The metrics of a run by name; each has one value per epoch."""

DPI = 110


def mean(runs: Sequence[History]) -> History:
    """Return the mean of each metric over runs, for the epochs that all of them have."""
    return {
        name: [
            sum(values) / len(values) for values in zip(*(run[name] for run in runs), strict=False)
        ]
        for name in runs[0]
    }


def learning_curves(runs: Mapping[str, History], title: str) -> Figure:
    """Draw loss and accuracy against the epoch for each run: validation solid, training dashed.

    The loss can be compared between penalties. Older records have only the cost.
    """
    has_loss = all("validation/loss" in history for history in runs.values())
    figure = Figure(figsize=(9, 3.9), dpi=DPI)
    axes = figure.subplots(1, 2)
    for column, quantity in zip(axes, ("loss" if has_loss else "cost", "accuracy"), strict=True):
        for number, (name, history) in enumerate(runs.items()):
            colour = COLOURS[number % len(COLOURS)]
            _curve(column, history[f"validation/{quantity}"], colour, "-", name)
            _curve(column, history[f"train/{quantity}"], colour, "--", None)
        column.set_xlabel("epoch")
        column.set_title(f"{quantity} (solid: validation, dashed: training)", fontsize="medium")
        column.grid(alpha=0.3)
    axes[0].set_yscale("log")
    axes[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes[0].yaxis.set_major_formatter("{x:g}")
    axes[0].yaxis.set_minor_formatter(NullFormatter())
    axes[1].yaxis.set_major_formatter(PercentFormatter(xmax=1))
    if len(runs) > 1:
        axes[1].legend(fontsize="small")
    figure.suptitle(title)
    figure.subplots_adjust(left=0.07, right=0.98, bottom=0.13, top=0.83, wspace=0.16)
    return figure


def _curve(axes: Axes, values: Sequence[float], colour: str, style: str, label: str | None) -> None:
    epochs = np.arange(1, len(values) + 1)
    marker = "o" if len(values) == 1 else None  # a single point has no line
    axes.plot(epochs, values, style, color=colour, label=label, marker=marker)


def confusion_matrix(counts: Sequence[Sequence[int]], title: str, *, first_label: int) -> Figure:
    """Draw how often each label (row) was predicted as each label (column).

    ``first_label`` is the label of the first row and column.
    """
    matrix = np.array(counts)
    figure = Figure(figsize=(5.2, 5), dpi=DPI)
    axes = figure.add_axes((0.11, 0.1, 0.86, 0.82))
    mistakes = matrix * (1 - np.eye(len(matrix)))  # the diagonal is much larger
    axes.imshow(mistakes, cmap="Reds", vmin=0, vmax=max(mistakes.max(), 1))
    labels = [str(first_label + number) for number in range(len(matrix))]
    axes.set_xticks(range(len(matrix)), labels)
    axes.set_yticks(range(len(matrix)), labels)
    axes.set_xlabel("predicted label")
    axes.set_ylabel("label")
    axes.set_title(title, fontsize="medium")
    for (row, column), count in np.ndenumerate(matrix):
        dark = mistakes[row, column] > mistakes.max() / 2
        colour = "white" if dark else "black"
        axes.text(column, row, str(count), ha="center", va="center", fontsize=8, color=colour)
    return figure
