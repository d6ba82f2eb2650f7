"""Parts of a configuration as objects, and the messages if they do not fit."""

import pytest
from msgspec import Struct

from experiments.configuration import typed_node
from experiments.errors import ConfigError


class Point(Struct, forbid_unknown_fields=True):
    """A place."""

    x: int


class Line(Struct, forbid_unknown_fields=True):
    """Some places."""

    points: list[Point]


def test_a_node_that_fits_is_an_object() -> None:
    assert typed_node({"points": [{"x": 1}]}, Line, "line") == Line([Point(1)])


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({}, "line.points is missing"),
        ({"point": []}, "line.point: no such key"),
        ({"points": [{}]}, "line.points[0].x is missing"),
        ({"points": [{"x": "a"}]}, "line.points[0].x: expected int, got str"),
    ],
)
def test_a_mistake_names_the_key(node: object, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        typed_node(node, Line, "line")
    assert str(error.value) == message
