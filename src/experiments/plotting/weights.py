"""The distribution of the weights of each layer of a network."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from experiments.palette import COLOURS
from experiments.plotting.style import PANEL, write_sentence
from nn.arrays import Array

BINS = 80


def weight_distribution(weights: Mapping[str, Array], *, axes: Axes | None = None) -> Axes:
    """Plot the density of the weights in each of several arrays, which have names.

    The axis shows the middle 99.8 % of all weights.
    """
    axes = axes or plt.subplots(figsize=PANEL)[1]
    axes.set_title("Distribution of weights")
    axes.set(xlabel="weight", ylabel="density")
    if not weights:
        write_sentence(axes, "No weights have been recorded.")
        return axes
    low, high = np.quantile(
        np.concatenate([each.ravel() for each in weights.values()]), [0.001, 0.999]
    )
    for (name, each), colour in zip(weights.items(), COLOURS, strict=False):
        axes.hist(
            each.ravel(),
            bins=list(np.linspace(low, high, BINS)),
            density=True,
            histtype="step",
            color=colour,
            label=name,
            linewidth=1.5,
        )
    axes.legend(fontsize="small")
    return axes
