"""The output of a single neuron."""

import pandas as pd

from experiments.plotting import neuron_outputs


def test_each_arm_is_a_line_over_the_epochs() -> None:
    rows = [
        {"arm": arm, "epoch": epoch, "value": value}
        for arm, values in {"ce": [0.9, 0.5], "mse": [0.98, 0.97]}.items()
        for epoch, value in enumerate(values)
    ]
    axes = neuron_outputs(pd.DataFrame(rows))
    assert [list(line.get_ydata()) for line in axes.lines] == [[0.9, 0.5], [0.98, 0.97]]
    assert axes.get_ylim() == (0, 1)
    assert axes.get_xlabel() == "epoch"
