"""The output error on a grid of logits: outputs that are certain, and certain but wrong, too."""

import itertools

import numpy as np

from experiments.verifying.comparison import Columns, Table
from experiments.verifying.slopes import END, NAME, slopes
from nn import Loss
from nn.arrays import Array

APART = 1 / 64
"""How far the other logits lie apart: equal ones are a kink of a cost with a largest logit."""
SHOWN = (-20, -2, 2, 20)
"""Logits that are shown, each with both targets."""


def cost_table(loss: Loss, n_classes: int) -> Table:
    """Compare ``dC/dz`` of single images with differences of their costs, by each logit.

    The first logit runs over the grid, and the image is of the first class or of the last.
    """
    z, y = _grid(n_classes)
    numeric = slopes(lambda shift: _costs(loss, z, y, shift))
    ours = np.empty_like(z)
    loss.gradient(z, y, ours)
    ours *= len(z)  # the gradient is that of the mean
    shown = [2 * n_classes * (v + END) + n_classes * wrong for v in SHOWN for wrong in (0, 1)]
    rows = numeric.rows(ours, shown)
    images, logits = (each.tolist() for each in np.unravel_index(rows, z.shape))
    columns: Columns = {
        "target": y[images, logits].tolist(),
        "ours": ours[images, logits].tolist(),
        NAME: numeric.values[images, logits].tolist(),
    }
    name, about = type(loss).__name__, f"logits of a class from {-END} to {END}"
    labels = [f"z={each:.3g}" for each in z[images, logits].tolist()]
    return Table(
        f"Output error of {name}",
        about,
        labels,
        columns,
        [numeric.comparison(ours)],
        numeric.note(ours),
        f"the cost {name}",
    )


def _grid(n_classes: int) -> tuple[Array, Array]:
    """Return logits and one-hot targets, ``[n, k]``: two rows for each logit of the first class."""
    classes = np.eye(n_classes)
    pairs = list(itertools.product(range(-END, END + 1), (classes[0], classes[-1])))
    logits = np.tile(APART * np.arange(n_classes), (len(pairs), 1))
    logits[:, 0] = [logit for logit, _ in pairs]
    return logits, np.array([target for _, target in pairs])


def _costs(loss: Loss, z: Array, y: Array, shift: float) -> Array:
    """Return the cost of each image alone, for each logit of it that is moved, ``[n, k]``."""
    moves = shift * np.eye(z.shape[1])
    costs = [[loss.value(row + move, of) for move in moves] for row, of in _single(z, y)]
    return np.array(costs)


def _single(z: Array, y: Array) -> list[tuple[Array, Array]]:
    """Return logits and targets of each image, ``[1, k]``."""
    return [(z[i : i + 1], y[i : i + 1]) for i in range(len(z))]
