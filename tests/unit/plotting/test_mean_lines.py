"""Lines of means over seeds with their 95 % intervals."""

import numpy as np
import pandas as pd
import pytest
from drawn import CE, MSE, bands, history, legend, line, student_interval
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.container import ErrorbarContainer

from experiments.palette import COLOURS
from experiments.plotting.mean_lines import mean_and_half_width, mean_lines

HISTORY = history({("ce", "accuracy"): CE, ("mse", "accuracy"): MSE})


def interval_bars(axes: Axes, colour: str) -> np.ndarray:
    """Return the ends of the vertical bars of a colour."""
    (container,) = (
        each
        for each in axes.containers
        if isinstance(each, ErrorbarContainer) and same_color(each.lines[0].get_color(), colour)
    )
    (bars,) = container.lines[2]
    return np.array([segment[:, 1] for segment in bars.get_segments()], float)


@pytest.mark.parametrize("bars", [False, True])
def test_each_arm_has_a_line_of_means_with_students_intervals(bars: bool) -> None:
    axes = mean_lines(HISTORY, "epoch", None, bars=bars)
    for arm, values, colour in (("ce", CE, COLOURS[0]), ("mse", MSE, COLOURS[1])):
        drawn = line(axes, colour)
        np.testing.assert_allclose(np.asarray(drawn.get_xdata(), float), [1, 2, 3])
        means = np.asarray(drawn.get_ydata(), float)
        np.testing.assert_allclose(means, np.mean(values, axis=0))
        expected = [student_interval(list(column)) for column in np.transpose(values)]
        found = interval_bars(axes, colour) if bars else bands(axes, colour)[0][:, 1:]
        np.testing.assert_allclose(found, expected)
        assert same_color(legend(axes)[arm].get_color(), colour)


def test_each_value_of_the_style_has_a_line_of_its_own() -> None:
    frame = pd.concat(
        [HISTORY.assign(split="validation"), HISTORY.assign(split="training", value=0.5)]
    )
    styles = {"validation": "-", "training": "--"}
    axes = mean_lines(frame, "epoch", None, style="split", styles=styles)  # type: ignore[arg-type]
    np.testing.assert_allclose(line(axes, COLOURS[0], "-").get_ydata(), np.mean(CE, axis=0))
    np.testing.assert_allclose(line(axes, COLOURS[0], "--").get_ydata(), [0.5] * 3)
    assert list(legend(axes)) == ["ce", "mse", "validation", "training"]


def test_one_seed_has_a_line_without_a_band() -> None:
    axes = mean_lines(history({("ce", "accuracy"): CE[:1]}), "epoch", None)
    assert list(line(axes, COLOURS[0]).get_ydata()) == CE[0]
    assert bands(axes, COLOURS[0]) == []


def test_a_single_point_has_a_marker() -> None:
    axes = mean_lines(history({("ce", "accuracy"): [[0.9]]}), "epoch", None)
    assert line(axes, COLOURS[0]).get_marker() == "o"
    axes = mean_lines(history({("ce", "accuracy"): [[0.9, 0.95]]}), "epoch", None)
    assert line(axes, COLOURS[0]).get_marker() == "None"


def test_the_half_width_of_a_group_with_one_value_is_zero() -> None:
    frame = pd.DataFrame({"group": [1, 1, 1, 2], "value": [0.1, 0.2, 0.4, 0.7]})
    mean, half = mean_and_half_width(frame.groupby("group")["value"])
    low, high = student_interval([0.1, 0.2, 0.4])
    assert list(mean) == pytest.approx([0.7 / 3, 0.7])
    assert list(half) == pytest.approx([(high - low) / 2, 0])
