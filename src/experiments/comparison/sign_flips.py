"""The mean of paired differences at one look that was planned: the sign-flip test, inverted.

If the differences are symmetric around the true mean, all signs are equally likely (Fisher 1935).
The true mean then lies with equal probability in each gap between the sorted means of all subsets
of the differences (Hartigan 1969, *Using subsample values as typical values*). So the test and the
interval are made of the same numbers, and cannot contradict each other.
"""

import itertools

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
MOST_SUBSETS = 9999
"""All subsets are used if there are no more than these; otherwise a sample of as many."""
ROUNDING = 1e-9
"""Numbers are equal if they differ by less than this fraction of the largest one."""


def subset_means(differences: Numbers, rng: np.random.Generator) -> Numbers:
    """Return the sorted means of the subsets of ``differences [n]``, the empty one left out."""
    n = len(differences)
    if 2**n - 1 <= MOST_SUBSETS:
        chosen = np.array(list(itertools.product((0.0, 1.0), repeat=n))[1:])
    else:
        chosen = rng.integers(0, 2, (MOST_SUBSETS, n)).astype(float)
        chosen = chosen[chosen.any(axis=1)]
    return np.sort(chosen @ differences / chosen.sum(axis=1))


def interval(means: Numbers, alpha: float) -> tuple[float, float]:
    """Return the means that the test does not reject at level ``alpha``.

    It is infinite if there are too few differences for any interval.
    """
    cut = int(alpha / 2 * (len(means) + 1) + ROUNDING)
    if cut == 0:
        return -np.inf, np.inf
    return float(means[cut - 1]), float(means[-cut])
