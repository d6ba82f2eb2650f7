"""The figure of learning curves that MLflow shows."""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from experiments.mirror.learning_curves import PANELS, History, learning_curves, mean
from experiments.palette import COLOURS

NAN = float("nan")


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


SGD = history([1.0, 0.5, 0.25], [0.5, 0.75, 0.8])
ADAM = history([0.5, 0.125], [0.75, 0.9])
OLDER = {name: values for name, values in ADAM.items() if "loss" not in name}
"""The history of a record of an older version."""


def elements(figure: str, tag: str) -> list[Element]:
    """Return the elements of a figure that have a tag, in their order."""
    return ElementTree.fromstring(figure).findall(f"{{http://www.w3.org/2000/svg}}{tag}")


def words(figure: str) -> list[str]:
    return [element.text or "" for element in elements(figure, "text")]


def points(curve: Element) -> list[tuple[float, float]]:
    """Return the pixels of a curve."""
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+),([\d.]+)", curve.get("d", ""))]


def rows(figure: str, tick: str) -> list[float]:
    """Return the rows of pixels of the value with this tick."""
    labels = [each for each in elements(figure, "text") if each.get("text-anchor") == "end"]
    return [float(label.get("y", "")) - 5 for label in labels if label.text == tick]


def test_the_mean_of_histories_ends_with_the_shortest() -> None:
    assert mean([SGD, ADAM])["validation/loss"] == [0.75, 0.3125]
    assert mean([SGD]) == SGD


def test_a_run_has_a_solid_line_for_validation_and_a_dashed_one_for_training() -> None:
    figure = learning_curves({"sgd": SGD}, "title")
    curves = elements(figure, "path")
    assert [bool(curve.get("stroke-dasharray")) for curve in curves] == [False, True] * 2
    assert {curve.get("stroke") for curve in curves} == {COLOURS[0]}
    assert [len(points(curve)) for curve in curves] == [3] * 4


@pytest.mark.parametrize(
    ("curve", "epoch", "tick"), [(0, 0, "1"), (0, 1, "0.5"), (1, 0, "0.5"), (2, 0, "50%")]
)
def test_a_value_is_at_the_height_of_its_tick(curve: int, epoch: int, tick: str) -> None:
    figure = learning_curves({"sgd": SGD}, "title")
    _, height = points(elements(figure, "path")[curve])[epoch]
    assert rows(figure, tick) == pytest.approx([height], abs=0.2)


def test_the_epochs_are_in_their_columns() -> None:
    figure = learning_curves({"sgd": SGD}, "title")
    for panel, curves in zip(PANELS, (slice(2), slice(2, 4)), strict=True):
        columns = {
            element.text: float(element.get("x", ""))
            for element in elements(figure, "text")
            if panel[0] < float(element.get("x", "")) < panel[1] and element.text in "123"
        }
        assert list(columns) == ["1", "2", "3"]
        for curve in elements(figure, "path")[curves]:
            assert [x for x, _ in points(curve)] == pytest.approx(list(columns.values()), abs=0.2)


def test_the_costs_are_drawn_if_a_run_has_no_losses() -> None:
    figure = learning_curves({"sgd": SGD, "adam": OLDER}, "title")
    assert "cost (solid: validation, dashed: training)" in words(figure)
    _, height = points(elements(figure, "path")[0])[0]
    assert rows(figure, "2") == pytest.approx([height], abs=0.2)


def test_each_run_has_a_colour_and_a_name_in_the_legend() -> None:
    figure = learning_curves({"sgd": SGD, "adam": ADAM}, "title")
    strokes = [path.get("stroke") for path in elements(figure, "path")]
    assert strokes == [COLOURS[n] for n in (0, 0, 1, 1, 0, 0, 1, 1, 0, 1)]
    assert words(figure)[-2:] == ["sgd", "adam"]


def test_more_runs_than_colours_use_the_colours_again_and_all_are_in_the_legend() -> None:
    runs = {str(number): SGD for number in range(30)}
    figure = learning_curves(runs, "title")
    assert elements(figure, "path")[2 * len(COLOURS)].get("stroke") == COLOURS[0]
    last = elements(figure, "text")[-1]
    assert float(last.get("y", "")) < float(ElementTree.fromstring(figure).get("height", ""))


def test_a_single_run_needs_no_legend() -> None:
    figure = learning_curves({"sgd": SGD}, "4-3-2 ce sgd")
    assert len(elements(figure, "path")) == 4
    assert words(figure)[0] == "4-3-2 ce sgd"
    assert "sgd" not in words(figure)


def test_a_single_epoch_is_drawn_as_dots() -> None:
    figure = learning_curves({"sgd": history([1.0], [0.5])}, "title")
    assert {curve.get("stroke-linecap") for curve in elements(figure, "path")} == {"round"}


def test_values_that_have_no_place_are_left_out() -> None:
    figure = learning_curves({"sgd": history([1.0, NAN, 0.5, 0.0], [0.5] * 4)}, "title")
    curve = elements(figure, "path")[0]
    assert len(points(curve)) == 2
    assert curve.get("d", "").count("M") == 2
    assert "nan" not in figure
