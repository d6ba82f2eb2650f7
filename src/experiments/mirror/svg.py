"""Pictures as SVG: text that every browser draws, sharp at every size.

MLflow's pages show it. A figure takes 1 ms and 8 kB; matplotlib takes 50 to 100 ms and 50 kB.
"""

from collections.abc import Iterable
from xml.sax.saxutils import escape

FONT = "DejaVu Sans, Verdana, sans-serif"
SIZE = 14
"""Pixels of usual letters."""
LETTER = 0.62
"""The width of a letter over its size, on average."""


def picture(width: float, height: float, parts: Iterable[str]) -> str:
    """Return an SVG file with these elements on a white ground. Lengths are in pixels."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}"'
        f' viewBox="0 0 {width:g} {height:g}" font-family="{FONT}" font-size="{SIZE}">\n'
        '<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "middle",
    size: int = SIZE,
    colour: str = "black",
    most: float = 0.0,
    turned: bool = False,
) -> str:
    """Return words at a point of their baseline: its ``start``, ``middle`` or ``end``.

    Words that are wider than ``most`` pixels are compressed. ``turned`` words go upwards.
    """
    fit = f' textLength="{most:g}" lengthAdjust="spacingAndGlyphs"'
    compressed = fit if 0 < most < width_of(words, size) else ""
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
        f' fill="{colour}"{compressed}{turn}>{escape(words)}</text>'
    )


def width_of(words: str, size: int = SIZE) -> float:
    """Return about how many pixels wide some words are."""
    return len(words) * size * LETTER
