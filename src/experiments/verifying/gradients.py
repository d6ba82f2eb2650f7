"""The gradient of each layer against finite differences, and against JAX's automatic derivation."""

from collections.abc import Iterator

import numpy as np

from experiments.verifying.comparison import SAME, Columns, Comparison, Table
from experiments.verifying.finite_differences import TOLERANCE, differences
from experiments.verifying.subject import Subject
from nn import Network
from nn.arrays import Array

ROWS = 4
"""Rows that are shown of a table."""
OURS, DIFFERENCES, JAX = "ours", "finite differences", "JAX"


def gradient_tables(subject: Subject, by_jax: Array | None) -> Iterator[Table]:
    """Yield a table for the weights and one for the biases of each layer, from the output back.

    ``by_jax [p]`` is JAX's gradient of the first mini-batch, if there is one.
    """
    network = subject.network
    ours = _as_network(network, subject.gradient(0))
    theirs = None if by_jax is None else _as_network(network, by_jax)
    for layer in reversed(range(len(network.weights))):
        for kind in ("weights", "biases"):
            place, gradient = (getattr(each, kind)[layer] for each in (network, ours))
            reference = None if theirs is None else getattr(theirs, kind)[layer]
            name = f"the {kind} of layer {layer + 1}"
            yield _table(subject, name, place=place, gradient=gradient, by_jax=reference)


def _as_network(network: Network, vector: Array) -> Network:
    """Return a network that has the components of a gradient as its weights and biases."""
    made = network.in_precision(np.float64)
    made.parameters[:] = vector
    return made


def _table(
    subject: Subject, name: str, *, place: Array, gradient: Array, by_jax: Array | None
) -> Table:
    """Return the table of some parameters, whose first derivatives that are not zero are shown."""
    numeric = differences(subject.cost, place, gradient, rng=subject.rng)
    flat = gradient.reshape(-1)
    checked = flat[numeric.indices]
    rows = (np.flatnonzero(checked) if checked.any() else np.arange(len(checked)))[:ROWS]
    shown = numeric.indices[rows]
    columns: Columns = {
        OURS: flat[shown].tolist(),
        DIFFERENCES: numeric.values[rows].tolist(),
    }
    comparisons = [
        Comparison.of(
            DIFFERENCES,
            checked,
            numeric.values,
            tolerance=TOLERANCE,
            rounding=numeric.rounding,
            total=flat.size,
        )
    ]
    if by_jax is not None:
        columns[JAX] = by_jax.reshape(-1)[shown].tolist()
        comparisons.append(Comparison.of(JAX, gradient, by_jax, tolerance=SAME))
    labels = [_label(int(index), gradient.shape) for index in shown]
    size = " x ".join(map(str, gradient.shape))
    return Table(f"Gradient of {name}", f"{size} numbers", labels, columns, comparisons)


def _label(index: int, shape: tuple[int, ...]) -> str:
    """Return row and column of a number, counted from 1 as in the textbooks."""
    return ",".join(str(int(each) + 1) for each in np.unravel_index(index, shape))
