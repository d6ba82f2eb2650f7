"""Bars of the time until an accuracy is reached."""

import numpy as np
import pytest
from drawn import history, legend, student_interval, texts
from matplotlib.colors import to_rgb

from experiments.palette import COLOURS
from experiments.plotting import time_to_accuracy
from experiments.results import arrivals

CE_COLOUR, MSE_COLOUR = to_rgb(COLOURS[0]), to_rgb(COLOURS[1])


@pytest.mark.parametrize(
    ("unit", "all_reached", "some_reached"),
    [("epoch", [1, 1, 2], [3, 2]), ("seconds", [1, 1, 3], [7, 3])],
)
def test_bars_are_means_and_missing_runs_are_counted(
    unit: str, all_reached: list[float], some_reached: list[float]
) -> None:
    values = {
        ("ce", "validation/accuracy"): [[0.5, 0.8, 0.95], [0.5, 0.95, 0.95], [0.1, 0.5, 0.5]],
        ("ce", "seconds"): [[1.0, 2, 4]] * 3,
        ("mse", "validation/accuracy"): [[0.5, 0.6, 0.7]],
        ("mse", "seconds"): [[1.0, 1, 1]],
    }
    axes = time_to_accuracy(arrivals(history(values), (0.5, 0.9)), unit)
    units = "epochs" if unit == "epoch" else "seconds"
    assert axes.get_title() == f"Training until a validation accuracy ({units})"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("validation accuracy", units)
    assert [text.get_text() for text in axes.get_xticklabels()] == ["50%", "90%"]
    bars = {
        (bar.get_facecolor()[:3], round(bar.get_x() + bar.get_width() / 2)): bar
        for bar in axes.patches
    }
    assert {key: bar.get_height() for key, bar in bars.items()} == pytest.approx(
        {
            (CE_COLOUR, 0): np.mean(all_reached),
            (MSE_COLOUR, 0): 1,
            (CE_COLOUR, 1): np.mean(some_reached),
            (MSE_COLOUR, 1): 0,
        }
    )
    assert texts(axes) == ["2/3", "0/1"]
    opacity = {key: bar.get_facecolor()[3] for key, bar in bars.items()}
    assert opacity[CE_COLOUR, 1] == opacity[MSE_COLOUR, 1] < 1
    assert opacity[CE_COLOUR, 0] == opacity[MSE_COLOUR, 0] == 1
    (interval,) = (each for each in axes.lines if np.ptp(each.get_ydata()) > 0)
    low, high = student_interval(all_reached)
    assert tuple(interval.get_ydata()) == pytest.approx((max(low, 0), high))
    colours = {arm: key.get_color() for arm, key in legend(axes).items()}
    assert colours == {"ce": COLOURS[0], "mse": COLOURS[1]}
