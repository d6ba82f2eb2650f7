"""Panels: the same plot for each value of a column, side by side on the same scales."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.comparison import ARM
from experiments.plotting.style import LABEL_CHARACTERS, PANEL, fitted

KEY_SIZE = (0.75, 0.23)
"""Width of a legend's entry without its label, and height of a row of entries, in inches."""


def panels(
    frame: pd.DataFrame,
    column: str,
    draw: Callable[..., Axes],
    *options: Any,
    share_x: bool = True,
) -> Sequence[Axes]:
    """Draw a plot for each value of a column, side by side on the same scales.

    ``draw`` is called with the rows of that value, ``options`` and its `axes`. An arm has the same
    colour in all panels, and they have one legend. Without rows there is one plot, in which
    ``draw`` says what is missing.
    """
    if frame.empty:
        return [draw(frame, *options, axes=plt.subplots(figsize=PANEL)[1])]
    values = sorted(frame[column].unique())
    columns = min(2, len(values))
    rows = -(-len(values) // columns)
    size = (PANEL[0] * columns, PANEL[1] * rows)
    figure, grid = plt.subplots(
        rows, columns, figsize=size, squeeze=False, sharex=share_x, sharey=True
    )
    if ARM in frame:  # as categories, so that each part has all arms
        frame = frame.assign(**{ARM: frame[ARM].astype("category")})
    for axes, value in zip(grid.flat, values, strict=False):
        draw(frame[frame[column] == value], *options, axes=axes)
        figure.suptitle(fitted(axes.get_title(), size[0]), weight="bold")
        axes.set_title(fitted(str(value), PANEL[0]))
        if share_x:
            axes.label_outer(remove_inner_ticks=True)
    for axes in grid.flat[len(values) :]:
        axes.remove()
    drawn = list(grid.flat[: len(values)])
    _merge_legends(figure, drawn)
    return drawn


def _merge_legends(figure: Figure, drawn: Sequence[Axes]) -> None:
    """Replace the legends of several axes by one legend below them."""
    entries: dict[str, Artist] = {}
    for axes in drawn:
        legend = axes.get_legend()
        if legend:
            labels = [text.get_text() for text in legend.get_texts()]
            handles = zip(labels, legend.legend_handles, strict=True)
            entries |= {label: handle for label, handle in handles if handle}
            legend.remove()
    if entries:
        columns = _columns(entries, figure.get_figwidth())
        rows = -(-len(entries) // columns)
        figure.set_figheight(figure.get_figheight() + KEY_SIZE[1] * (rows - 1))
        figure.legend(
            list(entries.values()), list(entries), loc="outside lower center", ncols=columns
        )


def _columns(labels: Iterable[str], inches: float) -> int:
    """Return how many entries of a legend fit into a row."""
    widths = [KEY_SIZE[0] + len(label) / LABEL_CHARACTERS for label in labels]
    return max(1, min(len(widths), int(inches / max(widths))))
