"""The output of a single neuron while it learns."""

import pandas as pd
from matplotlib.axes import Axes

from experiments.plotting.mean_lines import mean_lines
from experiments.plotting.style import epoch_axis


def neuron_outputs(outputs: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Plot `value`, the output of a neuron, against `epoch`, one colour for each `arm`."""
    axes = mean_lines(outputs, "epoch", axes)
    axes.set_title("Output of a neuron that should be 0")
    axes.set(ylabel="output", ylim=(0, 1))
    epoch_axis(axes)
    return axes
