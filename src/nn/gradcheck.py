"""Check a gradient against finite differences along one random direction."""

from collections.abc import Callable

import numpy as np

from nn.arrays import Array


def directional_error(
    function: Callable[[], float],
    parameters: Array,
    gradient: Array,
    *,
    rng: np.random.Generator,
    step: float = 1e-5,
) -> float:
    """Return the relative error of ``gradient . v`` for a random unit vector ``v``.

    ``function`` reads ``parameters [p]``, which are changed by ``+-step v`` and restored. The
    central difference ``(f(x + h v) - f(x - h v)) / 2h`` has an error of O(h^2) and needs float64.
    One direction checks all parameters at once, with two evaluations.
    """
    direction = rng.standard_normal(parameters.shape)
    direction /= np.linalg.norm(direction)
    original = parameters.copy()
    values = []
    try:
        for sign in (1, -1):
            parameters[:] = original + sign * step * direction
            values.append(function())
    finally:
        parameters[:] = original
    numeric = (values[0] - values[1]) / (2 * step)
    analytic = float(gradient @ direction)
    return abs(numeric - analytic) / max(abs(numeric), abs(analytic), np.finfo(float).tiny)
