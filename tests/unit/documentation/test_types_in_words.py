"""Types of options in words."""

from typing import Any, Literal

import pytest

from documentation.types_in_words import in_words
from experiments.configuration.preset import Number
from nn import Output


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (int, "whole number"),
        (bool, "true or false"),
        (int | None, "whole number, or null"),
        (float | None, "number, or null"),
        (list[int], "list of whole numbers"),
        (list[str], "list of texts"),
        (dict[str, str], "mapping"),
        (Output, "`sigmoid` or `softmax`"),
        (Any, "value"),
        (Literal["log", "linear"], "`log` or `linear`"),
        (str | int | float | bool | None, "value"),
        (Number, "mapping"),
        (list[Number], "list of mappings"),
    ],
)
def test_a_type_in_words(kind: Any, words: str) -> None:
    assert in_words(kind) == words
