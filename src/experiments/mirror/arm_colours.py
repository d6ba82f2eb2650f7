"""The tag that holds the arm of a run of a sweep, named so that the arms get different colours.

MLflow's page takes the colour of a group of runs from a hash of the name and the value of the tag.
The hash and the palette are those of MLflow 3.17; with others the colours are as good as random.
"""

import itertools
import math
from collections.abc import Sequence
from functools import cache

PALETTE = (
    *("#a6630c", "#c83243", "#b45091", "#8a63bf", "#434a93", "#137dae", "#04867d", "#308613"),
    *("#facb66", "#1f272d", "#445461", "#5f7281", "#8396a5", "#93320b", "#be501e", "#de7921"),
    *("#f2be88", "#115026", "#277c43", "#3ba65e", "#8ddda8", "#9e102c", "#c82d4c", "#e65b77"),
    *("#f792a6", "#0e538b", "#2272b4", "#4299e0", "#8acaff"),
)
BACKGROUND = "#ffffff"
CANDIDATES = 300
"""Names of the tag that are tried."""
MOST_ARMS = 16
"""Of more arms than these only the first ones get different colours."""


def arm_tag(sweep: str, arms: Sequence[str]) -> str:
    """Return the name of the tag that holds the arm of each run of a sweep.

    Of some names it is the one that gives the arms the most different colours.
    """
    names = [f"arm/{sweep}", *(f"arm/{sweep}-{number}" for number in range(2, CANDIDATES + 1))]
    return max(names, key=lambda name: _least_distance(name, arms[:MOST_ARMS]))


def group(tag: str, arm: str) -> str:
    """Return the name of a group of runs in MLflow's page: those with this value of a tag."""
    return f"tag.{tag}.{arm}"


def colour(group: str) -> str:
    """Return the colour that MLflow's page gives to a group, as a hexadecimal RGB code."""
    first = second = 0
    for character in group:
        first = (first + ord(character)) % 255
        second = (second + first) % 255
    return PALETTE[(first | second << 8) % len(PALETTE)]


def _least_distance(tag: str, arms: Sequence[str]) -> float:
    """Return the least distance between two colours of arms, or of one to white."""
    colours = [BACKGROUND, *(colour(group(tag, arm)) for arm in arms)]
    pairs = itertools.combinations(colours, 2)
    return min((_distance(one, other) for one, other in pairs), default=0.0)


@cache
def _distance(one: str, other: str) -> float:
    """Return how different two colours look: their distance in CIELAB."""
    return math.dist(_lab(one), _lab(other))


@cache
def _lab(code: str) -> tuple[float, float, float]:
    """Return a colour in CIELAB (white point D65), from its sRGB code (IEC 61966-2-1)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (byte / 255 for byte in bytes.fromhex(code[1:]))
    )
    x, y, z = (
        value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116
        for value in (
            (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
            0.2126 * red + 0.7152 * green + 0.0722 * blue,
            (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
        )
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
