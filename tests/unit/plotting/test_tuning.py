"""The validation error at every value that a study tried."""

import frames
import pytest
from drawn import legend, line
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.container import ErrorbarContainer

from experiments import comparison
from experiments.palette import COLOURS
from experiments.plotting import tuning_curves
from experiments.results import RATE

CE = {0.01: (0.9, 0.92), 0.1: (0.95, 0.97), 1: (0.8, 0.84)}
MSE = {0.01: (0.7, 0.72), 0.1: (0.75, 0.77), 1: (0.8, 0.84)}


@pytest.fixture
def axes() -> Axes:
    runs = [
        frames.run(f"loss={loss}", f"{RATE}={rate}", f"seed={seed}", accuracy=accuracy)
        for loss, values in (("ce", CE), ("mse", MSE))
        for rate, accuracies in values.items()
        for seed, accuracy in enumerate(accuracies)
    ]
    shown = comparison.named(frames.frame(runs), "loss")
    best = shown["arm"].astype(str).map(lambda arm: 0.1 if arm.startswith("ce") else 1)
    return tuning_curves(shown.assign(chosen=shown[RATE] == best), RATE, "log", (0.01, 1), [0, 3])


def test_there_is_a_dot_for_each_run(axes: Axes) -> None:
    for colour, values in zip(COLOURS, (CE, MSE), strict=False):
        (dots,) = (
            each
            for each in axes.lines
            if each.get_marker() == "o" and same_color(each.get_color(), colour)
        )
        expected = [(rate, 1 - each) for rate, both in values.items() for each in both]
        drawn = zip(*map(list, dots.get_data()), strict=True)
        assert sorted(map(tuple, drawn)) == [pytest.approx(each) for each in sorted(expected)]


def test_the_line_has_the_means_and_the_star_the_chosen_value(axes: Axes) -> None:
    for colour, values, best in zip(COLOURS, (CE, MSE), (0.1, 1), strict=False):
        means = {rate: 1 - sum(both) / 2 for rate, both in values.items()}
        drawn = line(axes, colour)
        assert dict(zip(*map(list, drawn.get_data()), strict=True)) == pytest.approx(means)
        (star,) = (
            each
            for each in axes.lines
            if each.get_marker() == "*" and same_color(each.get_color(), colour)
        )
        assert dict(zip(*map(list, star.get_data()), strict=True)) == {
            best: pytest.approx(means[best])
        }


def test_the_axes_are_named_and_the_error_is_in_per_cent(axes: Axes) -> None:
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("learning rate", "validation error")
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    keys = ["ce softmax", "mse sigmoid", "a run", "chosen", "range", "limit"]
    assert list(legend(axes)) == keys
    axes.figure.canvas.draw()
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels
    assert all(label.endswith("%") for label in labels)


def test_the_bars_are_one_standard_error_of_the_mean(axes: Axes) -> None:
    bars = [each for each in axes.containers if isinstance(each, ErrorbarContainer)]
    for drawn, values in zip(bars, (CE, MSE), strict=True):
        (lines,) = drawn.lines[2]
        for segment, both in zip(lines.get_segments(), values.values(), strict=True):
            mean, error = 1 - sum(both) / 2, abs(both[1] - both[0]) / 2
            assert sorted(segment[:, 1]) == pytest.approx([mean - error, mean + error])


def test_the_range_is_dotted_and_a_limit_that_the_scale_has_is_dashed(axes: Axes) -> None:
    upright = {
        (each.get_xdata()[0], each.get_linestyle())
        for each in axes.lines
        if list(each.get_ydata()) == [0, 1]
    }
    assert upright == {(0.01, ":"), (1, ":"), (3, "--")}
