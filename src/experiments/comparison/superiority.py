"""Superiority: how often each arm beats each other arm, over all conditions and seeds."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.comparison.arms import ARM, CONDITION, named
from experiments.comparison.opened import opened
from experiments.comparison.pairing import share_of_wins
from experiments.recording import METRICS, Status


def superiority(
    tuned: pd.DataFrame, groups: Sequence[str], *, metric: str = METRICS[0]
) -> pd.DataFrame:
    """Return the fraction of seeds on which the arm of the row beats the arm of the column.

    ``tuned`` are runs as from `tuned`, each arm at its best learning rate. Arms are the
    combinations of the choices in ``groups``. Runs whose test set is closed are left out. Only runs
    with the same condition and seed are compared. Ties count half, a diverged run loses. NaN where
    two arms have no condition and seed in common.
    """
    best = named(opened(tuned, metric), *groups)
    value = best[metric].where(best["status"] == Status.FINISHED.value, -np.inf)
    table = best.assign(value=value).pivot_table("value", [CONDITION, "seed"], ARM)
    arms = sorted(best[ARM].unique())
    matrix = pd.DataFrame(np.nan, index=arms, columns=arms)
    for a, b in itertools.permutations(arms, 2):
        both = table[[a, b]].dropna()
        matrix.loc[a, b] = share_of_wins(both[a], both[b])
    return matrix
