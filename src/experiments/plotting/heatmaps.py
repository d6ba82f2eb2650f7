"""Heat maps: how often each arm beats each other arm, and the confusion matrix of a network."""

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from experiments.plotting.style import fitted_beside, write_sentence


def superiority(matrix: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Plot how often the arm of a row beats the arm of a column, from `comparison.superiority`."""
    axes = axes or plt.subplots(figsize=(3 + 0.9 * len(matrix), 2 + 0.7 * len(matrix)))[1]
    title = "% of seeds on which the row beats the column"
    axes.set_title(fitted_beside(title, map(str, matrix.index), axes))
    if matrix.empty:
        write_sentence(axes, "No run has finished or diverged.")
        return axes
    sns.heatmap(
        100 * matrix, ax=axes, annot=True, fmt=".0f", cmap="RdBu", vmin=0, vmax=100, cbar=False
    )
    axes.set(xlabel="", ylabel="")
    axes.tick_params(axis="y", rotation=0)
    axes.tick_params(axis="x", rotation=30 if len(matrix) > 4 else 0)
    axes.grid(visible=False)
    return axes


def confusion(predictions: pd.DataFrame, *, of: str = "", axes: Axes | None = None) -> Axes:
    """Plot how often each label (row) is predicted as each class (column).

    ``predictions`` has one row per image with the columns `label` and `predicted`. ``of`` is the
    name of the network for the title.
    """
    n_classes = predictions["label"].nunique()
    axes = axes or plt.subplots(figsize=(max(6.4, 0.4 * n_classes), max(5.6, 0.35 * n_classes)))[1]
    axes.set_title(f"How often each label is predicted as each class\n{of}".rstrip())
    if predictions.empty:
        write_sentence(axes, "There are no predictions.")
        return axes
    counts = pd.crosstab(predictions["label"], predictions["predicted"])
    is_mistake = counts.index.to_numpy()[:, None] != counts.columns.to_numpy()
    sns.heatmap(
        counts.to_numpy() * is_mistake,
        ax=axes,
        annot=counts,
        fmt="d",
        cmap="Reds",
        cbar=False,
        linewidths=1,
        xticklabels=counts.columns,
        yticklabels=counts.index,
    )
    axes.tick_params(axis="y", rotation=0)
    axes.grid(visible=False)
    axes.set(xlabel="predicted", ylabel="label")
    return axes
