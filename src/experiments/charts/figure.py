"""A figure: panels that share a legend, as Vega-Lite for a page and as a picture."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import altair as alt
import pandas as pd

from experiments.charts.style import CONFIG, TEXT, Key, colour, dashes

Chart: TypeAlias = "alt.Chart | alt.LayerChart | alt.FacetChart"
HIDDEN = {"name": "hidden", "value": []}
"""The arms that a reader has hidden: a click on the legend of the page changes it."""
ZOOM = {
    "name": "zoom",
    "select": {"type": "interval", "zoom": "wheel![event.altKey]"},
    "bind": "scales",
}
"""Zoom by the wheel with a key, because without it the wheel scrolls the page."""
VISIBLE = "indexof(hidden, datum.arm) < 0"
PANEL_WIDTH, WIDE = 400, 800
"""The widths of panels in a picture, in pixels."""
RENDERED = 2
"""The pixels of a picture for each pixel of the chart."""
DIGITS = 6


Rows: TypeAlias = list[dict[str, Any]]
"""The data of a chart."""


@dataclass(frozen=True)
class Panel:
    """One chart of a figure, and its data; with ``zoom`` a reader can zoom it.

    A chart without its data is copied in no time, which Altair does at every step.
    """

    title: str
    chart: Chart
    rows: Rows
    zoom: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return its Vega-Lite specification, without a width."""
        described = self.chart.to_dict(validate=False)
        for layer in described.get("layer", ()):
            layer.pop("data", None)  # Altair's name for no data, which would hide that of the panel
        return {**described, "data": {"values": self.rows}}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: its name as a file, title, caption, panels, and how its arms are drawn.

    ``description`` says in words what the panels show, for readers who do not see them. With
    ``wide`` a panel is as wide as the page.
    """

    name: str
    title: str
    caption: str
    description: str
    panels: Sequence[Panel]
    keys: Sequence[Key] = field(default_factory=list)
    wide: bool = False


def records(frame: pd.DataFrame) -> Rows:
    """Return the rows of a frame with numbers that are short and no NaN."""
    return [
        {str(key): _short(value) for key, value in row.items() if not _is_missing(value)}
        for row in frame.to_dict("records")
    ]


def spec(panel: Panel) -> dict[str, Any]:
    """Return the Vega-Lite specification of a panel that is as wide as its place on the page."""
    described = panel.to_dict()
    if panel.zoom:
        described["layer"][-1]["params"] = [ZOOM]
    fit = {"type": "fit-x", "contains": "padding"}
    return {
        **described,
        "width": "container",
        "autosize": fit,
        "params": [HIDDEN],
        "config": CONFIG,
    }


def png(figure: Figure) -> bytes:
    """Return a picture of a figure, as a PNG file, with a legend."""
    import vl_convert

    width = WIDE if figure.wide else PANEL_WIDTH
    panels = [{**each.to_dict(), "width": width, "title": each.title} for each in figure.panels]
    together = {
        "$schema": alt.SCHEMA_URL,
        "title": figure.title,
        "columns": 2,
        "concat": [*panels, *([_legend(figure.keys)] if figure.keys else [])],
        "params": [HIDDEN],
        "config": CONFIG,
    }
    return bytes(vl_convert.vegalite_to_png(together, scale=RENDERED))


def bundle() -> str:
    """Return the JavaScript that draws the charts, as one script that needs no other file."""
    import vl_convert

    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))


def _legend(drawn: Sequence[Key]) -> dict[str, Any]:
    """Return the lines of a legend, with the name of each arm beside its line."""
    base = alt.Chart().encode(y=alt.Y("arm:N", axis=None, sort=None), color=colour(drawn))
    lines = base.mark_rule(strokeWidth=3).encode(x=alt.value(0), x2=alt.value(30))
    names = base.mark_text(align="left", fontSize=TEXT).encode(x=alt.value(38), text="arm:N")
    chart = alt.layer(lines.encode(strokeDash=dashes(drawn)), names)
    panel = Panel("", chart.properties(height=20 * len(drawn)), [{"arm": key.arm} for key in drawn])
    return {**panel.to_dict(), "width": PANEL_WIDTH}


def _short(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _is_missing(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)
