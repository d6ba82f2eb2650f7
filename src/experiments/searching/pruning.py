"""Pruning: the accuracies below which a trial is stopped early."""

import statistics
from collections.abc import Sequence

from optuna.trial import FrozenTrial

FACTOR = 3
"""A trial is judged after 3, 9, 27, ... epochs: successive halving (Jamieson, Talwalkar 2016)."""
LEAST_TRIALS = 5
"""So many trials must have reached an epoch before one is stopped there."""


def accuracies_to_reach(earlier: Sequence[FrozenTrial]) -> list[float]:
    """Return the accuracy that a trial must reach after each epoch, the option `stop_below`.

    It is the median of the ``earlier`` trials that have reached the epoch, and 0 at epochs at which
    no trial is judged. The list ends with the last epoch at which one is.
    """
    least: list[float] = []
    epoch = FACTOR
    while True:
        values = [each.intermediate_values.get(epoch) for each in earlier]
        reached = [value for value in values if value is not None]
        if len(reached) < LEAST_TRIALS:
            return least
        least += [0.0] * (epoch - len(least) - 1) + [statistics.median(reached)]
        epoch *= FACTOR
