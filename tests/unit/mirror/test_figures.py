"""The figures that MLflow shows."""

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from experiments.mirror.figures import History, confusion_matrix, learning_curves, mean
from experiments.palette import COLOURS


def history(loss: list[float], accuracy: list[float]) -> History:
    """Return the history of a run, whose training values are half of its validation values."""
    return {
        "validation/cost": [value + 1 for value in loss],
        "validation/loss": loss,
        "validation/accuracy": accuracy,
        "train/cost": [value / 2 + 1 for value in loss],
        "train/loss": [value / 2 for value in loss],
        "train/accuracy": [value / 2 for value in accuracy],
    }


SGD = history([1.0, 0.5, 0.25], [0.5, 0.75, 0.875])
ADAM = history([0.5, 0.125], [0.75, 0.9])
OLDER = {name: values for name, values in ADAM.items() if "loss" not in name}
"""The history of a record of an older version."""


def lines(axes: Axes) -> list[dict[str, Any]]:
    """Return the lines of axes, with all that distinguishes them."""
    return [
        {
            "epochs": list(line.get_xdata()),
            "values": list(line.get_ydata()),
            "colour": to_hex(line.get_color()).upper(),
            "style": line.get_linestyle(),
        }
        for line in axes.get_lines()
    ]


def test_the_mean_of_histories_ends_with_the_shortest() -> None:
    assert mean([SGD, ADAM])["validation/loss"] == [0.75, 0.3125]
    assert mean([SGD]) == SGD


def test_the_costs_are_drawn_if_a_run_has_no_losses() -> None:
    axes, _ = learning_curves({"sgd": SGD, "adam": OLDER}, "title").axes
    assert axes.get_title().startswith("cost ")
    assert [line["values"] for line in lines(axes)] == [
        run[f"{split}/cost"] for run in (SGD, ADAM) for split in ("validation", "train")
    ]


@pytest.mark.parametrize(("column", "quantity"), [(0, "loss"), (1, "accuracy")])
def test_a_run_has_a_solid_line_for_validation_and_a_dashed_one_for_training(
    column: int, quantity: str
) -> None:
    axes = learning_curves({"sgd": SGD}, "title").axes[column]
    assert quantity in axes.get_title()
    assert lines(axes) == [
        {
            "epochs": [1, 2, 3],
            "values": list(SGD[f"{split}/{quantity}"]),
            "colour": COLOURS[0],
            "style": style,
        }
        for split, style in (("validation", "-"), ("train", "--"))
    ]


def test_each_run_has_a_colour_and_a_name_in_the_legend() -> None:
    _, axes = learning_curves({"sgd": SGD, "adam": ADAM}, "title").axes
    colours = [COLOURS[0], COLOURS[0], COLOURS[1], COLOURS[1]]
    assert [line["colour"] for line in lines(axes)] == colours
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["sgd", "adam"]


def test_more_runs_than_colours_use_the_colours_again() -> None:
    runs = {str(number): SGD for number in range(len(COLOURS) + 1)}
    axes, _ = learning_curves(runs, "title").axes
    assert lines(axes)[-1]["colour"] == COLOURS[0]


def test_a_single_run_needs_no_legend() -> None:
    figure = learning_curves({"sgd": SGD}, "4-3-2 ce sgd")
    assert all(axes.get_legend() is None for axes in figure.axes)
    assert figure.get_suptitle() == "4-3-2 ce sgd"


def test_a_single_epoch_is_drawn_as_points() -> None:
    for axes in learning_curves({"sgd": history([1.0], [0.5])}, "title").axes:
        assert [line.get_marker() for line in axes.get_lines()] == ["o", "o"]


def test_a_confusion_matrix_shows_every_count_in_its_row_and_column() -> None:
    counts = [[90, 3, 0], [1, 80, 2], [0, 0, 70]]
    (axes,) = confusion_matrix(counts, "title", first_label=0).axes
    shown = {text.get_position(): int(text.get_text()) for text in axes.texts}
    assert shown == {
        (column, row): count
        for row, values in enumerate(counts)
        for column, count in enumerate(values)
    }
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("label", "predicted label")


@pytest.mark.parametrize("first_label", [0, 1, 30])
def test_the_axes_of_a_confusion_matrix_have_the_labels(first_label: int) -> None:
    (axes,) = confusion_matrix([[90, 3], [1, 80]], "title", first_label=first_label).axes
    for axis in (axes.xaxis, axes.yaxis):
        assert list(axis.get_majorticklocs()) == [0, 1]
        words = [text.get_text() for text in axis.get_majorticklabels()]
        assert words == [str(first_label), str(first_label + 1)]


def test_only_mistakes_are_coloured() -> None:
    (axes,) = confusion_matrix([[90, 3], [1, 80]], "title", first_label=0).axes
    (image,) = axes.get_images()
    assert np.array_equal(image.get_array(), [[0, 3], [1, 0]])
    assert [text.get_color() for text in axes.texts] == ["black", "white", "black", "black"]


def test_a_confusion_matrix_without_mistakes_can_be_drawn() -> None:
    confusion_matrix([[5, 0], [0, 5]], "title", first_label=0).draw_without_rendering()
