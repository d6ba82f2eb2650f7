"""The figure of the confusion matrix that MLflow shows of a run."""

from collections.abc import Sequence

import numpy as np

from experiments.mirror import svg

CELL = 45
"""Pixels of a side of a cell."""
LEFT, TOP = 84, 44
"""Pixels beside and above the cells."""
NUMBER_SIZE = 12
REDS = np.array([(255, 245, 240), (252, 187, 161), (251, 106, 74), (203, 24, 29), (103, 0, 13)])
"""The colours of no and of the most mistakes, and those between them (ColorBrewer's "Reds")."""


def confusion_matrix(counts: Sequence[Sequence[int]], title: str, *, first_label: int) -> str:
    """Draw how often each label (row) was predicted as each label (column); return the SVG file.

    ``first_label`` is the label of the first row and column. Only mistakes are coloured, because
    the diagonal is much larger.
    """
    matrix = np.array(counts)
    n, most = len(matrix), max((matrix * (1 - np.eye(len(matrix), dtype=int))).max(), 1)
    side = n * CELL
    width = LEFT + side + 38
    parts = [svg.text(width / 2, 30, title, size=15, most=width - 20)]
    for (row, column), count in np.ndenumerate(matrix):
        x, y = LEFT + column * CELL, TOP + row * CELL
        share = 0.0 if row == column else count / most
        parts.append(f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{_red(share)}"/>')
        colour = "white" if share > 0.5 else "black"
        middle = (x + CELL / 2, y + CELL / 2 + 4)
        parts.append(svg.text(*middle, str(count), size=NUMBER_SIZE, colour=colour, most=CELL - 4))
    for number in range(n):
        label, along = str(first_label + number), (number + 0.5) * CELL
        parts.append(svg.text(LEFT - 10, TOP + along + 5, label, anchor="end"))
        parts.append(svg.text(LEFT + along, TOP + side + 20, label))
    parts += [
        f'<rect x="{LEFT}" y="{TOP}" width="{side}" height="{side}" fill="none" stroke="black"/>',
        svg.text(LEFT + side / 2, TOP + side + 44, "predicted label"),
        svg.text(LEFT - 40, TOP + side / 2, "label", turned=True),
    ]
    return svg.picture(width, TOP + side + 60, parts)


def _red(share: float) -> str:
    """Return the colour of a share of the most mistakes, from 0 to 1."""
    stops = np.linspace(0, 1, len(REDS))
    channels = (round(np.interp(share, stops, channel)) for channel in REDS.T)
    return "#" + "".join(f"{channel:02x}" for channel in channels)
