"""The figure of learning curves that MLflow shows of a run or a sweep."""

import math
from collections.abc import Iterator, Mapping, Sequence

from experiments.mirror import svg
from experiments.mirror.scales import Scale, fitting
from experiments.palette import COLOURS

History = Mapping[str, Sequence[float]]
"""The metrics of a run by name; each has one value per epoch."""

WIDTH, HEIGHT = 990, 429
TOP, BOTTOM = 74, 373
"""The first and the last row of pixels of both panels."""
PANELS = ((70, 487), (554, 971))
"""The first and the last column of pixels of each panel."""
LEGEND, LEGEND_ROW = 985, 20
"""The first column of pixels of the legend, and the height of each row."""


def mean(runs: Sequence[History]) -> History:
    """Return the mean of each metric over runs, for the epochs that all of them have."""
    return {
        name: [
            sum(values) / len(values) for values in zip(*(run[name] for run in runs), strict=False)
        ]
        for name in runs[0]
    }


def learning_curves(runs: Mapping[str, History], title: str) -> str:
    """Draw loss and accuracy against the epoch for each run: validation solid, training dashed.

    Return the SVG file. The loss can be compared between penalties; older records have only the
    cost. Several runs get a legend beside the panels.
    """
    has_loss = all("validation/loss" in history for history in runs.values())
    parts = [svg.text((PANELS[0][0] + PANELS[1][1]) / 2, 22, title, size=18, most=WIDTH - 20)]
    for columns, quantity in zip(PANELS, ("loss" if has_loss else "cost", "accuracy"), strict=True):
        parts += _panel(runs, quantity, columns)
    width, height = WIDTH, HEIGHT
    if len(runs) > 1:
        parts += _legend(runs)
        width = LEGEND + 40 + math.ceil(max(map(svg.width_of, runs)))
        height = max(HEIGHT, TOP + LEGEND_ROW * len(runs))
    return svg.picture(width, height, parts)


def _panel(runs: Mapping[str, History], quantity: str, columns: tuple[int, int]) -> Iterator[str]:
    """Yield a panel for a quantity, between two columns of pixels."""
    left, right = columns
    curves = [
        (history[f"{split}/{quantity}"], COLOURS[number % len(COLOURS)], dashes)
        for number, history in enumerate(runs.values())
        for split, dashes in (("validation", ""), ("train", ' stroke-dasharray="7 4"'))
    ]
    values = [value for curve, _, _ in curves for value in curve]
    accuracy = quantity == "accuracy"
    x = fitting([1, max(len(curve) for curve, _, _ in curves)], left, right)
    y = fitting(values, BOTTOM, TOP, log=not accuracy)
    for tick in x.ticks(least_step=1):
        at = x.pixel(tick)
        yield _line(at, TOP, at, BOTTOM) + svg.text(at, BOTTOM + 20, f"{tick:g}")
    for tick in y.ticks():
        at = y.pixel(tick)
        words = f"{100 * tick:.6g}%" if accuracy else f"{tick:.6g}"
        yield _line(left, at, right, at) + svg.text(left - 6, at + 5, words, anchor="end")
    for curve, colour, dashes in curves:
        yield _curve(curve, x, y, f'stroke="{colour}"{dashes}')
    yield (
        f'<rect x="{left}" y="{TOP}" width="{right - left}" height="{BOTTOM - TOP}"'
        ' fill="none" stroke="black"/>'
    )
    words = f"{quantity} (solid: validation, dashed: training)"
    yield svg.text((left + right) / 2, TOP - 10, words, size=15)
    yield svg.text((left + right) / 2, BOTTOM + 44, "epoch")


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#e4e4e4"/>'


def _curve(values: Sequence[float], x: Scale, y: Scale, stroke: str) -> str:
    """Return a line through the values that have a place; a single one is a dot."""
    command, steps = "M", []
    for epoch, value in enumerate(values, 1):
        at = y.pixel(value)
        if math.isnan(at):
            command = "M"
        else:
            steps.append(f"{command}{x.pixel(epoch):.1f},{at:.1f}")
            command = "L"
    if len(steps) == 1:
        steps.append("h0")
        stroke = f'{stroke} stroke-linecap="round" stroke-width="8"'
    else:
        stroke = f'{stroke} stroke-width="2"'
    return f'<path d="{"".join(steps)}" fill="none" {stroke}/>'


def _legend(names: Mapping[str, object]) -> Iterator[str]:
    for number, name in enumerate(names):
        y = TOP + LEGEND_ROW * (number + 0.5)
        stroke = f'stroke="{COLOURS[number % len(COLOURS)]}" stroke-width="2"'
        yield f'<path d="M{LEGEND},{y}h22" {stroke}/>'
        yield svg.text(LEGEND + 30, y + 5, name, anchor="start")
