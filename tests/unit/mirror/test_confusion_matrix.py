"""The figure of the confusion matrix that MLflow shows."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from experiments.mirror.confusion_matrix import CELL, LEFT, REDS, TOP, confusion_matrix

WHITE, RED = ("#" + bytes(map(int, colour)).hex() for colour in (REDS[0], REDS[-1]))


def elements(figure: str, tag: str) -> list[Element]:
    """Return the elements of a figure that have a tag, in their order."""
    return ElementTree.fromstring(figure).findall(f"{{http://www.w3.org/2000/svg}}{tag}")


def cell(element: Element) -> tuple[int, int]:
    """Return the row and the column of the cell at the place of an element."""
    x, y = float(element.get("x", "")), float(element.get("y", ""))
    return int((y - TOP) // CELL), int((x - LEFT) // CELL)


def test_a_confusion_matrix_shows_every_count_in_its_row_and_column() -> None:
    counts = [[90, 3, 0], [1, 80, 2], [0, 0, 70]]
    texts = elements(confusion_matrix(counts, "title", first_label=0), "text")
    assert {cell(text): int(text.text or "") for text in texts[1:10]} == {
        (row, column): count
        for row, values in enumerate(counts)
        for column, count in enumerate(values)
    }
    assert [texts[0].text, texts[-2].text, texts[-1].text] == ["title", "predicted label", "label"]
    assert texts[-1].get("transform") is not None


@pytest.mark.parametrize("first_label", [0, 1, 30])
def test_the_axes_of_a_confusion_matrix_have_the_labels(first_label: int) -> None:
    figure = confusion_matrix([[90, 3], [1, 80]], "title", first_label=first_label)
    labels = elements(figure, "text")[5:-2]
    shown = [(text.text, *cell(text)) for text in labels]
    assert shown == [
        (str(first_label), 0, -1),
        (str(first_label), 2, 0),
        (str(first_label + 1), 1, -1),
        (str(first_label + 1), 2, 1),
    ]


def test_only_mistakes_are_coloured_and_their_numbers_are_legible() -> None:
    figure = confusion_matrix([[90, 3], [1, 80]], "title", first_label=0)
    fills = {cell(each): each.get("fill") for each in elements(figure, "rect")[1:5]}
    assert (fills[0, 0], fills[0, 1], fills[1, 1]) == (WHITE, RED, WHITE)
    assert fills[1, 0] not in (WHITE, RED)
    colours = [text.get("fill") for text in elements(figure, "text")[1:5]]
    assert colours == ["black", "white", "black", "black"]


def test_a_confusion_matrix_without_mistakes_can_be_drawn() -> None:
    figure = confusion_matrix([[5, 0], [0, 5]], "title", first_label=0)
    assert {each.get("fill") for each in elements(figure, "rect")[1:5]} == {WHITE}
