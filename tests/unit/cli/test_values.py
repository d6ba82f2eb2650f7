"""Values of arguments: read from a word, or refused with what is wrong."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.cli import values


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (values.percentage_points, "0", 0.0),
        (values.percentage_points, "0.25", 0.0025),
        (values.percentage_points, "1e1", 0.1),
        (values.folder, "a b", Path("a b")),
        (values.folder, "~/x", Path.home() / "x"),
        (values.folder, "./~/x", Path("~/x")),
        (values.folder_or_identifier, "~/x", str(Path.home() / "x")),
        (values.folder_or_identifier, "ab", "ab"),
        (values.identifier, "abc", "abc"),
        (values.positive, "7", 7),
        (values.port, "1", 1),
        (values.port, "65535", 65535),
        (values.names(["a", "b"]), "b", ["b"]),
        (values.names(["a", "b"]), "b,a,b", ["b", "a"]),
    ],
)
def test_a_value_is_read(read: Callable[[str], Any], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        *((values.percentage_points, text, "a number from 0 to 100") for text in ("-1", "nan")),
        *((values.percentage_points, text, "a number from 0 to 100") for text in ("inf", "", "1%")),
        (values.percentage_points, "100.1", "a number from 0 to 100"),
        (values.folder, "", "it is empty"),
        (values.folder, " ", "it is empty"),
        (values.folder, "sqlite:///mlflow.db", "a folder, not an address"),
        (values.identifier, "", "it is empty"),
        *((values.positive, text, "1 or more") for text in ("0", "-1", "x", "1.0", "", "9" * 5000)),
        *((values.port, text, "a number from 1 to 65535") for text in ("0", "65536", "-1", "x")),
        *(
            (values.names(["a", "b"]), text, "one or more of a,b, with commas, not")
            for text in ("", ",", "a,", "a b", "A", "c", "a,c")
        ),
        (values.port, "9" * 5000, "a number from 1 to 65535"),
    ],
)
def test_another_value_is_refused(read: Callable[[str], Any], text: str, message: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=message):
        read(text)
