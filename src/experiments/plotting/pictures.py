"""Plots made of pictures: digits that were taken for others, weights of the first layer."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from experiments.results.networks import Predictions, as_pictures
from nn.arrays import Array

CELL = 1.15
"""Width and height of a picture, in inches."""


def worst_classified(
    predictions: Predictions, n: int = 30, columns: int = 10, *, of: str = ""
) -> Figure:
    """Draw the ``n`` images whose label got the smallest output, the worst first.

    ``of`` says whose they are.
    """
    table = predictions.table
    worst = table[~table["correct"]].nsmallest(n, "output_of_label")
    rows = max(-(-len(worst) // columns), 1)
    figure, grid = plt.subplots(rows, columns, figsize=(CELL * columns, 1.35 * CELL * rows))
    for axes in grid.flat:
        axes.axis("off")
    for axes, (index, image) in zip(grid.flat, worst.iterrows(), strict=False):
        axes.imshow(predictions.images[index], cmap="gray_r", vmin=0, vmax=1)
        words = f"{image['label']} taken for {image['predicted']}\noutput {image['output']:.2f}"
        axes.set_title(words, fontsize=9, weight="normal")
    figure.suptitle(f"Worst classified of {len(table):,} images\n{of}".rstrip(), weight="bold")
    return figure


def hidden_weights(weights: Mapping[int, Array], n: int = 10, *, of: str = "") -> Figure:
    """Draw the weights into the first ``n`` hidden neurons, a row for each epoch.

    ``weights`` maps an epoch to a matrix ``[in, out]``. Red is positive: ink there excites the
    neuron; blue is negative. A neuron's pictures share a scale, that of its last. ``of`` says whose
    they are.
    """
    epochs = sorted(weights)
    n = min(n, weights[epochs[-1]].shape[1])
    scale = np.abs(weights[epochs[-1]]).max(axis=0)
    figure, grid = plt.subplots(
        len(epochs), n, figsize=(CELL * n, CELL * len(epochs)), squeeze=False
    )
    for row, epoch in zip(grid, epochs, strict=True):
        for neuron, axes in enumerate(row):
            picture = as_pictures(weights[epoch].T)[neuron]
            axes.imshow(picture, cmap="RdBu_r", vmin=-scale[neuron], vmax=scale[neuron])
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        row[0].set_ylabel(f"epoch {epoch}", rotation=0, ha="right", va="center")
    figure.suptitle(
        f"Weights into the first hidden neurons (red: excited by ink)\n{of}".rstrip(), weight="bold"
    )
    return figure
