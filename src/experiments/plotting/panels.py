"""Panels: the same plot for each value of a column, side by side on the same scales."""

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.comparison import ARM
from experiments.plotting.style import PANEL


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
        figure.suptitle(axes.get_title(), weight="bold")
        axes.set_title(str(value))
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
        figure.legend(
            list(entries.values()),
            list(entries),
            loc="outside lower center",
            ncols=len(entries),
        )
