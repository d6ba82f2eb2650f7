"""Pairs of arms: the runs of two arms in the same condition, matched by seed."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.comparison.arms import ARM, CONDITION, named
from experiments.recording import Status

METRICS = ("test/accuracy", "best_epoch/test/accuracy", "validation/accuracy")
"""The metrics that can be compared.

They are taken after the last epoch, or at the epoch that is best on the validation set. The epoch
that is best on the test set is never used.
"""


@dataclass(frozen=True)
class Pair:
    """Two arms in the same condition, A and B."""

    condition: str
    arm_a: str
    arm_b: str
    runs_a: pd.DataFrame  # all runs of arm A at its best learning rate
    runs_b: pd.DataFrame
    values: pd.DataFrame  # one row per seed that both arms have; columns a and b; NaN if diverged

    @property
    def finished(self) -> pd.DataFrame:
        """The values of the seeds on which both runs finished."""
        return self.values.dropna()

    @property
    def diverged(self) -> bool:
        """True if a run diverged on one of the seeds that both arms have."""
        return len(self.finished) < len(self.values)

    @property
    def superiority(self) -> float:
        """The fraction of seeds on which A is above B. Ties count half, a diverged run loses."""
        values = self.values.fillna(-np.inf)
        return share_of_wins(values["a"], values["b"])

    @property
    def wins(self) -> tuple[int, int]:
        """The numbers of seeds on which A is above B, and B above A. A diverged run loses."""
        values = self.values.fillna(-np.inf)
        return int((values["a"] > values["b"]).sum()), int((values["a"] < values["b"]).sum())


def pairs(runs: pd.DataFrame, group: str, *, metric: str = METRICS[0]) -> list[Pair]:
    """Return every pair of arms of ``group`` in every condition, from runs as from `tuned`."""
    found = []
    for condition, same in named(runs, group).groupby(CONDITION, sort=True):
        arms = {str(arm): part for arm, part in same.groupby(ARM, sort=True)}
        for a, b in itertools.combinations(arms, 2):
            values = _values_by_seed(arms[a], arms[b], metric)
            found.append(Pair(str(condition), a, b, arms[a], arms[b], values))
    return found


def seed_differences(pairs: Sequence[Pair]) -> pd.DataFrame:
    """Return one row per pair of arms and seed.

    Columns: `condition`, `arms`, `seed` and `difference` (A - B).
    """
    frames = [
        pd.DataFrame(
            {
                "condition": pair.condition,
                "arms": f"{pair.arm_a} - {pair.arm_b}",
                "seed": pair.finished.index,
                "difference": pair.finished["a"] - pair.finished["b"],
            }
        )
        for pair in pairs
    ]
    return pd.concat(frames, ignore_index=True)


def share_of_wins(a: pd.Series, b: pd.Series) -> float:
    """Return the fraction of rows in which ``a`` is above ``b``. Ties count half."""
    return float(((a > b) + 0.5 * (a == b)).mean())


def _values_by_seed(a: pd.DataFrame, b: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the metric of both arms, in columns `a` and `b`, for each seed that both have."""
    by_seed = [runs.set_index("seed") for runs in (a, b)]
    values = [runs[metric].where(runs["status"] == Status.FINISHED.value) for runs in by_seed]
    return pd.concat(values, axis=1, keys=["a", "b"], join="inner").sort_index()
