"""Learning curves: cost, loss and accuracy against the epoch."""

import numpy as np
import pytest
from drawn import CURVES, bands, history, legend, line, student_interval

from experiments.palette import COLOURS
from experiments.plotting import learning_curves


def test_validation_is_solid_and_training_is_dashed() -> None:
    axes = learning_curves(history(CURVES), "accuracy")
    assert axes.get_title() == "Accuracy over training"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "accuracy")
    for arm, colour in (("ce", COLOURS[0]), ("mse", COLOURS[1])):
        of_seeds = np.array(CURVES[arm, "validation/accuracy"])
        solid, dashed = line(axes, colour), line(axes, colour, "--")
        assert list(solid.get_xdata()) == [1, 2, 3]
        np.testing.assert_allclose(solid.get_ydata(), of_seeds.mean(axis=0))
        np.testing.assert_allclose(dashed.get_ydata(), CURVES[arm, "train/accuracy"][0])
        expected = [student_interval(list(of_epoch)) for of_epoch in of_seeds.T]
        (band,) = bands(axes, colour)
        np.testing.assert_allclose(band[:, 1:], expected)
    assert legend(axes)["validation"].get_linestyle() == "-"
    assert legend(axes)["training"].get_linestyle() == "--"
    axes.figure.canvas.draw()
    assert all(text.get_text().endswith("%") for text in axes.get_yticklabels())


@pytest.mark.parametrize("quantity", ["cost", "loss"])
def test_costs_and_losses_have_a_logarithmic_axis(quantity: str) -> None:
    curves = {"validation": [[1, 0.1]], "train": [[1, 0.01]]}
    values = history({("ce", f"{split}/{quantity}"): curve for split, curve in curves.items()})
    axes = learning_curves(values, quantity)
    assert axes.get_title() == f"{quantity.capitalize()} over training"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", f"{quantity} per image")
    assert axes.get_yscale() == "log"
    assert list(line(axes, COLOURS[0], "--").get_ydata()) == [1, 0.01]


@pytest.mark.parametrize(
    ("lowest", "zoom", "bottom"), [(0.93, True, 0.9), (0.93, False, None), (0.5, True, None)]
)
def test_the_axis_begins_at_90_percent_if_most_accuracies_are_above(
    lowest: float, zoom: bool, bottom: float | None
) -> None:
    values = history({("ce", "validation/accuracy"): [[0.6, lowest, lowest, lowest, 0.98]]})
    low, high = learning_curves(values, "accuracy", zoom=zoom).get_ylim()
    if bottom is None:
        assert low <= 0.6
    else:
        assert (low, high) == (bottom, 1)
