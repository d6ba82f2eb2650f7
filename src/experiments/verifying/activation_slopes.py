"""The derivative of the activation on a grid of weighted inputs, far beyond those of a network."""

import numpy as np

from experiments.verifying.comparison import Columns, Table
from experiments.verifying.slopes import END, NAME, slopes
from nn import Activation
from nn.arrays import Array

PER_UNIT = 8
"""Points in each unit of the grid."""
GRID = np.arange(-END * PER_UNIT, END * PER_UNIT + 1)[:, np.newaxis] / PER_UNIT
"""Weighted inputs of one neuron, ``[n, 1]``."""
SHOWN = (-20, -2, -0.5, 0.5, 2, 20)
"""Weighted inputs that are shown."""


def activation_table(activation: Activation) -> Table:
    """Compare ``f'(z)``, as backpropagation multiplies by it, with differences of ``f(z)``."""
    numeric = slopes(lambda shift: _applied(activation, GRID + shift))
    a, ours = _applied(activation, GRID), np.ones_like(GRID)
    activation.multiply_by_derivative(ours, a.copy(), np.empty_like(GRID))
    rows = numeric.rows(ours, [int((z + END) * PER_UNIT) for z in SHOWN])
    columns: Columns = {
        "activation": a[rows, 0].tolist(),
        "ours": ours[rows, 0].tolist(),
        NAME: numeric.values[rows, 0].tolist(),
    }
    name = type(activation).__name__
    labels = [f"z={each:g}" for each in GRID[rows, 0].tolist()]
    return Table(
        f"Derivative of {name}",
        f"{GRID.size} weighted inputs from {-END} to {END}",
        labels,
        columns,
        [numeric.comparison(ours)],
        numeric.note(ours),
        f"the activation {name}",
    )


def _applied(activation: Activation, z: Array) -> Array:
    """Return ``f(z)``."""
    a = z.copy()
    activation.apply(a)
    return a
