"""The figure of the confusion matrix that MLflow shows of a run."""

from collections.abc import Sequence

import numpy as np

from experiments.mirror import svg

CELL = 45
"""Pixels of a side of a cell."""
TOP = 44
"""Pixels above the cells."""
BESIDE = 48
"""Pixels beside the names of the labels."""
LONGEST = 110
"""The most pixels of a name."""
NUMBER_SIZE = 12
REDS = np.array([(255, 245, 240), (252, 187, 161), (251, 106, 74), (203, 24, 29), (103, 0, 13)])
"""The colours of no and of the most mistakes, and those between them (ColorBrewer's "Reds")."""


def confusion_matrix(counts: Sequence[Sequence[int]], title: str, *, labels: Sequence[str]) -> str:
    """Draw how often each label (row) was predicted as each label (column); return the SVG file.

    ``labels`` has the name of each row and column. Only mistakes are coloured, because the diagonal
    is much larger.
    """
    matrix = np.array(counts)
    n, most = len(matrix), max((matrix * (1 - np.eye(len(matrix), dtype=int))).max(), 1)
    side = n * CELL
    left = left_of_cells(labels)
    longest = left - left_of_cells([""])
    width = left + side + 38
    parts = [svg.text(width / 2, 30, title, size=15, most=width - 20)]
    for (row, column), count in np.ndenumerate(matrix):
        x, y = left + column * CELL, TOP + row * CELL
        share = 0.0 if row == column else count / most
        parts.append(
            f'<rect x="{x:g}" y="{y}" width="{CELL}" height="{CELL}" fill="{_red(share)}"/>'
        )
        colour = "white" if share > 0.5 else "black"
        middle = (x + CELL / 2, y + CELL / 2 + 4)
        parts.append(svg.text(*middle, str(count), size=NUMBER_SIZE, colour=colour, most=CELL - 4))
    turned = longest > CELL - 4  # the names of columns go upwards
    below = longest + 10 if turned else 20
    for number, label in enumerate(labels):
        along = (number + 0.5) * CELL
        parts.append(svg.text(left - 10, TOP + along + 5, label, anchor="end", most=LONGEST))
        if turned:
            place = (left + along + 5, TOP + side + 8)
            parts.append(svg.text(*place, label, anchor="end", most=LONGEST, turned=True))
        else:
            parts.append(svg.text(left + along, TOP + side + below, label))
    parts += [
        f'<rect x="{left:g}" y="{TOP}" width="{side}" height="{side}" fill="none" stroke="black"/>',
        svg.text(left + side / 2, TOP + side + below + 24, "predicted label"),
        svg.text(BESIDE - 24, TOP + side / 2, "label", turned=True),
    ]
    return svg.picture(width, TOP + side + below + 40, parts)


def left_of_cells(labels: Sequence[str]) -> float:
    """Return the pixels beside the cells, which have the names of the labels."""
    return BESIDE + 18 + min(max(map(svg.width_of, labels)), LONGEST)


def _red(share: float) -> str:
    """Return the colour of a share of the most mistakes, from 0 to 1."""
    stops = np.linspace(0, 1, len(REDS))
    channels = (round(np.interp(share, stops, channel)) for channel in REDS.T)
    return "#" + "".join(f"{channel:02x}" for channel in channels)
