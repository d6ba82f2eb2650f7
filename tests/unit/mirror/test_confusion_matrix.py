"""The figure of the confusion matrix that MLflow shows."""

from collections.abc import Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from experiments.mirror.confusion_matrix import CELL, REDS, TOP, confusion_matrix, left_of_cells

WHITE, RED = ("#" + bytes(map(int, colour)).hex() for colour in (REDS[0], REDS[-1]))


def elements(figure: str, tag: str) -> list[Element]:
    """Return the elements of a figure that have a tag, in their order."""
    return ElementTree.fromstring(figure).findall(f"{{http://www.w3.org/2000/svg}}{tag}")


LABELS = ["0", "1", "2"]


def cell(element: Element, labels: Sequence[str] = LABELS) -> tuple[int, int]:
    """Return the row and the column of the cell at the place of an element."""
    x, y = float(element.get("x", "")), float(element.get("y", ""))
    return int((y - TOP) // CELL), int((x - left_of_cells(labels)) // CELL)


def test_a_confusion_matrix_shows_every_count_in_its_row_and_column() -> None:
    counts = [[90, 3, 0], [1, 80, 2], [0, 0, 70]]
    texts = elements(confusion_matrix(counts, "title", labels=LABELS), "text")
    assert {cell(text): int(text.text or "") for text in texts[1:10]} == {
        (row, column): count
        for row, values in enumerate(counts)
        for column, count in enumerate(values)
    }
    assert [texts[0].text, texts[-2].text, texts[-1].text] == ["title", "predicted label", "label"]
    assert texts[-1].get("transform") is not None


@pytest.mark.parametrize("labels", [["0", "1"], ["30", "31"], ["bag", "ankle boot"]])
def test_the_axes_of_a_confusion_matrix_have_the_labels(labels: list[str]) -> None:
    figure = confusion_matrix([[90, 3], [1, 80]], "title", labels=labels)
    shown = [(text.text, *cell(text, labels)) for text in elements(figure, "text")[5:-2]]
    first, second = labels
    assert shown == [(first, 0, -1), (first, 2, 0), (second, 1, -1), (second, 2, 1)]


def test_names_that_are_wider_than_a_cell_go_upwards_below_it() -> None:
    for labels, turned in ((["a", "b"], False), (["bag", "ankle boot"], True)):
        figure = confusion_matrix([[90, 3], [1, 80]], "title", labels=labels)
        below = elements(figure, "text")[6:-2:2]
        assert [each.get("transform") is not None for each in below] == [turned, turned]


def test_a_name_of_any_length_is_left_of_the_cells() -> None:
    labels = ["a", "a name that is far too long for a figure"]
    figure = confusion_matrix([[90, 3], [1, 80]], "title", labels=labels)
    (name,) = [
        each
        for each in elements(figure, "text")
        if each.text == labels[1] and each.get("transform") is None
    ]
    assert float(name.get("x", "")) - float(name.get("textLength", "")) > 0


def test_only_mistakes_are_coloured_and_their_numbers_are_legible() -> None:
    figure = confusion_matrix([[90, 3], [1, 80]], "title", labels=["0", "1"])
    fills = {cell(each): each.get("fill") for each in elements(figure, "rect")[1:5]}
    assert (fills[0, 0], fills[0, 1], fills[1, 1]) == (WHITE, RED, WHITE)
    assert fills[1, 0] not in (WHITE, RED)
    colours = [text.get("fill") for text in elements(figure, "text")[1:5]]
    assert colours == ["black", "white", "black", "black"]


def test_a_confusion_matrix_without_mistakes_can_be_drawn() -> None:
    figure = confusion_matrix([[5, 0], [0, 5]], "title", labels=["0", "1"])
    assert {each.get("fill") for each in elements(figure, "rect")[1:5]} == {WHITE}
