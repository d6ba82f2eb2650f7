"""Values of arguments: read a folder, an id, a port or a number from a word of the command line.

Each function raises ArgumentTypeError, which says what is wrong with the word.
"""

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from experiments.configuration import expanded

POINTS = 100
"""Percentage points between an accuracy of 0 and of 1."""


def folder(text: str) -> Path:
    """Return the path of a folder, which need not exist."""
    if "://" in text:
        raise argparse.ArgumentTypeError(f"it must be a folder, not an address: {text!r}")
    return Path(expanded(identifier(text)))


def identifier(text: str) -> str:
    """Return an id, or the first characters of one."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return text


def folder_or_identifier(text: str) -> str:
    """Return the path of a folder, or the first characters of an id."""
    return expanded(identifier(text))


def names(known: Sequence[str]) -> Callable[[str], list[str]]:
    """Return a function that reads a list of known names with commas between them."""

    def read(text: str) -> list[str]:
        given = list(dict.fromkeys(text.split(",")))
        if not {*given} <= {*known}:
            raise argparse.ArgumentTypeError(
                f"it must be one or more of {','.join(known)}, with commas, not {text!r}"
            )
        return given

    return read


def port(text: str) -> int:
    """Return the number of a port."""
    if not (text.isdecimal() and 0 < int(text[:9]) < 65536):
        raise argparse.ArgumentTypeError(f"it must be a number from 1 to 65535, not {text!r}")
    return int(text)


def positive(text: str) -> int:
    """Return a whole number of 1 or more, which has at most nine digits."""
    if not (text.isdecimal() and len(text) < 10 and int(text) > 0):
        raise argparse.ArgumentTypeError(f"it must be a whole number of 1 or more, not {text!r}")
    return int(text)


def percentage_points(text: str) -> float:
    """Return a number of percentage points, which is at most 100, as a fraction."""
    try:
        points = float(text)
    except ValueError:
        points = math.nan
    if not 0 <= points <= POINTS:
        raise argparse.ArgumentTypeError(f"it must be a number from 0 to {POINTS}, not {text!r}")
    return points / POINTS
