"""The style of all charts: the colour and the dashes of each arm, limits of axes, fonts."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from experiments.palette import COLOURS

DASHES: tuple[tuple[int, ...], ...] = ((1, 0), (7, 3), (2, 2), (9, 3, 2, 3), (4, 2))
"""The lengths of strokes and gaps in pixels, so that a line is seen under another one."""
FONT = "system-ui, sans-serif"
TEXT = 12
"""The size of all text, in pixels."""
MARGIN = 0.06
"""The part of an axis that is free at each end."""
CONFIG: dict[str, Any] = {
    "background": "white",
    "font": FONT,
    "axis": {
        "labelFontSize": TEXT,
        "titleFontSize": TEXT,
        "titleFontWeight": "normal",
        "gridColor": "#e4e4e4",
        "labelLimit": 150,
        "labelOverlap": "greedy",
        "labelSeparation": 8,
    },
    "title": {"fontSize": 13, "anchor": "start"},
    "legend": {"labelFontSize": TEXT, "titleFontSize": TEXT, "labelLimit": 400},
    "view": {"stroke": None},
}


@dataclass(frozen=True)
class Key:
    """How an arm is drawn: its colour, and the strokes and gaps of its lines."""

    arm: str
    colour: str
    dash: tuple[int, ...]


def keys(arms: Iterable[str]) -> list[Key]:
    """Return how each arm is drawn. Arms beyond the last colour share it, with other dashes."""
    return [
        Key(arm, COLOURS[n % len(COLOURS)], DASHES[(n + n // len(COLOURS)) % len(DASHES)])
        for n, arm in enumerate(arms)
    ]


def colour(drawn: Sequence[Key]) -> alt.Color:
    """Return the encoding of arms by colour."""
    scale = alt.Scale(domain=[key.arm for key in drawn], range=[key.colour for key in drawn])
    return alt.Color("arm:N", scale=scale, legend=None)


def dashes(drawn: Sequence[Key]) -> alt.StrokeDash:
    """Return the encoding of arms by dashes."""
    scale = alt.Scale(
        domain=[key.arm for key in drawn], range=[list[float](key.dash) for key in drawn]
    )
    return alt.StrokeDash("arm:N", scale=scale, legend=None)


def limits(values: Iterable[float], *, within: tuple[float, float] | None = None) -> list[float]:
    """Return the ends of an axis that shows all values with a margin, ``within`` these limits."""
    known = [value for value in values if math.isfinite(value)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    margin = MARGIN * (high - low) or 0.02 * abs(high) or 1.0
    low, high = low - margin, high + margin
    return [max(low, within[0]), min(high, within[1])] if within else [low, high]


def ratios(values: Iterable[float]) -> list[float]:
    """Return the ends of a logarithmic axis that shows all values, which are positive."""
    known = [math.log(value) for value in values]
    margin = MARGIN * (max(known) - min(known)) or math.log(1.5)
    return [math.exp(min(known) - margin), math.exp(max(known) + margin)]
