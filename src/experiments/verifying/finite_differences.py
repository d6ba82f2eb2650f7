"""The derivative of the cost by single parameters, by central finite differences."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nn.arrays import Array

EVERY = 1000
"""A layer with at most so many weights or biases is checked whole."""
SAMPLE = 500
"""So many of the others are drawn at random."""
STEPS = (1e-5, 1e-6, 1e-7)
"""The step of a parameter. The next one is taken only if the first disagrees.

Each parameter acts on the weighted inputs with at most the step times an activation. A step inside
of which a rectifier has its kink gives a wrong difference; a smaller one leaves the kink outside.
"""
TOLERANCE = 1e-6
"""Relative to the largest number of the table: the curvature gives 1e-9, rounding is apart."""
ROUNDING = 64 * float(np.finfo(np.float64).eps)
"""The rounding error of a cost, relative to it."""


@dataclass(frozen=True)
class Differences:
    """The derivatives by some parameters, whose flat ``indices`` are given.

    ``rounding`` is the absolute error that the rounding of the cost gives them.
    """

    indices: npt.NDArray[np.intp]
    values: Array
    rounding: float


def differences(
    cost: Callable[[], float], place: Array, gradient: Array, *, rng: np.random.Generator
) -> Differences:
    """Return derivatives of a cost by the parameters in ``place``, a view of a network's.

    Compute all of at most `EVERY` parameters, else `SAMPLE`, most of them with a ``gradient`` that
    is not zero. The parameters are as before afterwards.
    """
    flat, expected, size = place.reshape(-1), gradient.reshape(-1), abs(cost())
    largest = float(np.max(np.abs(expected), initial=0.0))
    indices, values, rounding = sample(expected, rng), [], 0.0
    for index in indices:
        for step in STEPS:
            value, error = _difference(cost, flat, int(index), step), ROUNDING * size / step
            if abs(value - expected[index]) <= TOLERANCE * largest + error:
                break
        values.append(value)
        rounding = max(rounding, error)
    return Differences(indices, np.array(values), rounding)


def sample(gradient: Array, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return the indices of the components to check, sorted."""
    if gradient.size <= EVERY:
        return np.arange(gradient.size)
    zero = gradient == 0
    used, unused = np.flatnonzero(~zero), np.flatnonzero(zero)
    few = min(len(unused), SAMPLE // 10)
    many = min(len(used), SAMPLE - few)
    drawn = [rng.choice(of, n, replace=False) for of, n in ((used, many), (unused, few))]
    return np.sort(np.concatenate(drawn))


def _difference(cost: Callable[[], float], flat: Array, index: int, step: float) -> float:
    """Return ``(C(x + h) - C(x - h)) / 2h`` for one parameter ``x``."""
    original = flat[index]
    costs = []
    for signed in (step, -step):
        flat[index] = original + signed
        costs.append(cost())
    flat[index] = original
    return (costs[0] - costs[1]) / (2 * step)
