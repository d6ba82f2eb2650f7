"""Values of arguments: read a folder, an id, a port or a number from a word of the command line.

Each function raises ArgumentTypeError, which says what is wrong with the word.
"""

import argparse
import math
from pathlib import Path

POINTS = 100
"""Percentage points between an accuracy of 0 and of 1."""


def folder(text: str) -> Path:
    """Return the path of a folder, which need not exist."""
    if "://" in text:
        raise argparse.ArgumentTypeError(f"it must be a folder, not an address: {text!r}")
    return Path(identifier(text))


def identifier(text: str) -> str:
    """Return an id, or the first characters of one."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty")
    return text


def port(text: str) -> int:
    """Return the number of a port."""
    if not (text.isdecimal() and 0 < int(text[:9]) < 65536):
        raise argparse.ArgumentTypeError(f"it must be a number from 1 to 65535, not {text!r}")
    return int(text)


def percentage_points(text: str) -> float:
    """Return a number of percentage points, which is at most 100."""
    try:
        points = float(text)
    except ValueError:
        points = math.nan
    if not 0 <= points <= POINTS:
        raise argparse.ArgumentTypeError(f"it must be a number from 0 to {POINTS}, not {text!r}")
    return points
