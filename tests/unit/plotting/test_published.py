"""Published numbers beside ours."""

import pandas as pd
import pytest
from drawn import texts

from experiments.plotting import published_curve, published_differences

NUMBERS = pd.DataFrame(
    {
        "label": ["first", "second"],
        "images": [500, 100],
        "published": [95.0, 70.0],
        "mean": [94.0, 71.0],
        "low": [93.5, 69.0],
        "high": [94.5, 73.0],
    }
)


def test_a_difference_is_published_minus_ours_with_the_interval_around_0() -> None:
    axes = published_differences(NUMBERS)
    (points,) = (line for line in axes.lines if line.get_marker() == "o")
    assert list(points.get_xdata()) == [1, -1]
    (bars,) = axes.collections
    ends = [segment[:, 0] for segment in bars.get_segments()]  # type: ignore[attr-defined]
    assert ends[0] == pytest.approx([-0.5, 0.5])
    assert ends[1] == pytest.approx([-2, 2])
    assert [text.get_text() for text in axes.get_yticklabels()] == ["first", "second"]


def test_a_curve_is_in_the_order_of_its_x_values() -> None:
    axes = published_curve(NUMBERS, "images")
    (points,) = (line for line in axes.lines if line.get_marker() == "o")
    ours = axes.lines[0]
    assert list(points.get_xdata()) == list(ours.get_xdata()) == [100, 500]
    assert list(points.get_ydata()) == [70, 95]
    assert list(ours.get_ydata()) == [71, 94]
    assert (axes.get_xlabel(), axes.get_xscale()) == ("images", "log")


def test_nothing_measured_is_said() -> None:
    sentence = "No published number has been measured."
    assert sentence in texts(published_differences(NUMBERS[:0]))
    assert sentence in texts(published_curve(NUMBERS[:0], "images"))
