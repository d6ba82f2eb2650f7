"""The best of several points of hyper-parameters: that with the highest smoothed accuracy.

The accuracy of a few seeds is noisy. Near its maximum it is about a second-order polynomial of the
hyper-parameters, the response surface of Box and Wilson (1951), "On the experimental attainment of
optimum conditions". A polynomial through many points is less noisy than each of them.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

NEAR = 1.25
"""A point is near the best if its error is at most this many times that of the best."""


def best_point(points: Sequence[Sequence[float]], accuracies: Sequence[float]) -> int:
    """Return the number of the best point.

    ``points`` are a value for each axis, ``accuracies`` the mean of each point. A polynomial of
    second order in each axis is fitted to the points near the one with the highest accuracy, in
    logarithms where all values of an axis are positive. The best of these points is the one with
    the highest value of the polynomial. If there are too few of them, or if the polynomial has no
    maximum, it is the one with the highest accuracy; of several, the one with the smallest values.
    """
    y = np.asarray(accuracies, dtype=np.float64)
    x = _scaled(np.asarray(points, dtype=np.float64))
    order = np.lexsort(x.T[::-1])  # the smallest values first, so that they win a tie
    highest = order[y[order].argmax()]
    errors = np.maximum(1 - y[order], 0)
    near = order[errors <= NEAR * errors.min()]
    smoothed = _smoothed(x[near] - x[highest], y[near])
    return int(highest if smoothed is None else near[smoothed.argmax()])


def _scaled(points: Floats) -> Floats:
    """Return logarithms where all values of an axis are positive, other values as they are."""
    positive = (points > 0).all(axis=0)
    return np.where(positive, np.log(np.where(positive, points, 1)), points)


def _smoothed(x: Floats, y: Floats) -> Floats | None:
    """Return the values of the polynomial at the points; None if it has no maximum there.

    There must be more points than coefficients: otherwise the polynomial smooths nothing.
    """
    axes = x[:, np.ptp(x, axis=0) > 0]  # of an axis with one value nothing is known
    terms = np.column_stack([np.ones(len(y)), axes, axes**2])
    if len(y) <= terms.shape[1]:
        return None
    coefficients, _, rank, _ = np.linalg.lstsq(terms, y)
    curvatures = coefficients[1 + axes.shape[1] :]
    if rank < terms.shape[1] or (curvatures >= 0).any():
        return None
    return np.asarray(terms @ coefficients)
