"""The mean of paired differences, valid at any number of looks: a confidence sequence.

The effect (the mean divided by the standard deviation) has a normal prior with mean 0 and variance
`PRIOR_VARIANCE`, the scale has the right-Haar prior. The ratio of the marginal likelihoods of t is
then an e-process: if the true mean is zero, it ever reaches 1 / alpha with a probability of at most
alpha, whenever and however often somebody looks (Perez-Ortiz et al. 2024, *E-statistics, group
invariance and anytime-valid testing*). The means against which it stays below that are the
interval.
"""

import math

PRIOR_VARIANCE = 1.0
"""An effect of one standard deviation is typical."""


def half_width(n: int, alpha: float) -> float:
    """Return half the length of the interval at level ``1 - alpha``, in standard errors.

    It is infinite if n differences are too few for any interval.
    """
    if n < 2:
        return math.inf
    known = 1 + n * PRIOR_VARIANCE
    bound = (known / alpha**2) ** (1 / n)
    if bound >= known:
        return math.inf
    return math.sqrt((n - 1) * (bound - 1) / (1 - bound / known))
