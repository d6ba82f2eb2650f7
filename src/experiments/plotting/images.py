"""Plots made of images: misclassified digits, and the weights of the first layer."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.results import Predictions, square_images
from nn.arrays import Array

CELL = 1.15
"""Width and height of an image, in inches."""
SHORT = 6
"""Letters of two labels that fit into one line above an image."""


def worst_classified(
    predictions: Predictions, n: int = 30, columns: int = 10, *, of: str = ""
) -> Figure:
    """Draw the ``n`` misclassified images with the smallest output for their label, worst first.

    ``of`` is the name of the network for the title.
    """
    table = predictions.table
    worst = table[~table["correct"]].nsmallest(n, "output_of_label")
    rows = max(-(-len(worst) // columns), 1)
    height = 1.35 if all(len(str(label)) <= SHORT for label in worst["label"]) else 1.55
    figure, grid = plt.subplots(rows, columns, figsize=(CELL * columns, height * CELL * rows))
    for axes in grid.flat:
        axes.axis("off")
    for axes, (index, image) in zip(grid.flat, worst.iterrows(), strict=False):
        axes.imshow(predictions.images[index], cmap="gray_r", vmin=0, vmax=1)
        axes.set_title(_words(image), fontsize=9, weight="normal")
    if worst.empty:
        figure.text(0.5, 0.4, "No image is classified wrongly.", ha="center", va="center")
    title = f"Worst classified of {len(table):,} images\n{of}"
    figure.suptitle(title.rstrip(), weight="bold")
    return figure


def _words(image: pd.Series) -> str:
    """Return label, prediction and output of an image, in lines that fit above it."""
    label, predicted = str(image["label"]), str(image["predicted"])
    short = len(label + predicted) <= SHORT
    words = f"{label} predicted as {predicted}" if short else f"{label}\nas {predicted}"
    return f"{words}\noutput {image['output']:.2f}"


def first_layer_weights(weights: Mapping[int, Array], n: int = 10, *, of: str = "") -> Figure:
    """Draw the weights into the first ``n`` hidden neurons, one row for each epoch.

    ``weights`` maps an epoch to a matrix ``[in, out]``. Red weights are positive: ink there excites
    the neuron. Blue weights are negative. All images of a neuron have the scale of its last one.
    ``of`` is the name of the network for the title.
    """
    epochs = sorted(weights)
    if not epochs:
        figure = plt.figure(figsize=(CELL * n, CELL))
        figure.text(0.5, 0.4, "No weights have been recorded.", ha="center", va="center")
        return figure
    last = weights[epochs[-1]]
    n = min(n, last.shape[1])
    scale = np.abs(last).max(axis=0)
    figure, grid = plt.subplots(
        len(epochs), n, figsize=(CELL * n, CELL * len(epochs)), squeeze=False
    )
    for row, epoch in zip(grid, epochs, strict=True):
        images = square_images(weights[epoch].T)
        for neuron, axes in enumerate(row):
            limit = scale[neuron]
            axes.imshow(images[neuron], cmap="RdBu_r", vmin=-limit, vmax=limit)
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        row[0].set_ylabel(f"epoch {epoch}", rotation=0, ha="right", va="center")
    title = f"Weights into the first hidden neurons (red: excited by ink)\n{of}"
    figure.suptitle(title.rstrip(), weight="bold")
    return figure
