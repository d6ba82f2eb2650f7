"""Pairs of arms: the runs of two arms in the same condition, matched by seed."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.comparison.arms import ARM, CONDITION, named
from experiments.comparison.compared_arm import ComparedArm
from experiments.comparison.failures import Failures
from experiments.comparison.opened import opened
from experiments.comparison.power import fewest_seeds
from experiments.comparison.runs_by_seed import RunsBySeed, runs_by_seed
from experiments.recording import METRICS


@dataclass(frozen=True, kw_only=True)
class Pair(RunsBySeed):
    """Two arms in the same condition, A and B. The columns of values by seed are `a` and `b`."""

    condition: str
    arm_a: str
    arm_b: str
    runs_a: pd.DataFrame  # all runs of arm A at its best learning rate
    runs_b: pd.DataFrame

    @property
    def arms(self) -> tuple[ComparedArm, ComparedArm]:
        """The two arms."""
        return self._arm(self.arm_a, self.runs_a), self._arm(self.arm_b, self.runs_b)

    def _arm(self, name: str, runs: pd.DataFrame) -> ComparedArm:
        return ComparedArm(
            condition=self.condition,
            arm=name,
            runs=runs,
            common=tuple(map(int, self.values.index)),
            chosen_on=self.chosen_on,
        )

    @property
    def failures(self) -> tuple[Failures, Failures]:
        """The failures of A and of B on the seeds that both arms have."""
        n = len(self.failed)
        return Failures(int(self.failed["a"].sum()), n), Failures(int(self.failed["b"].sum()), n)

    @property
    def failed_alone(self) -> tuple[int, int]:
        """The numbers of seeds on which only A failed, and only B."""
        a, b = self.failed["a"], self.failed["b"]
        return int((a & ~b).sum()), int((b & ~a).sum())

    @property
    def image_error(self) -> float:
        """The standard error of the mean difference that is due to the test images.

        It is over the seeds on which no run failed; NaN if it is unknown.
        """
        return self.weighted_image_error({"a": 1, "b": -1})

    @property
    def superiority(self) -> float:
        """The fraction of seeds on which A is above B. Ties count half, a diverged run loses."""
        return float(self.wins.mean())

    @property
    def wins(self) -> pd.Series:
        """For each seed 1 if A is above B, 1/2 if they tie, 0 if B is above. A diverged run loses.

        Two diverged runs tie.
        """
        values = self.values.fillna(-np.inf)
        return wins(values["a"], values["b"])

    @property
    def medians(self) -> tuple[float, float]:
        """The median accuracies of A and B. A diverged run is below every accuracy."""
        medians = self.values.fillna(-np.inf).median().replace(-np.inf, np.nan)
        return float(medians["a"]), float(medians["b"])


def pairs(
    runs: pd.DataFrame,
    group: str,
    *,
    metric: str = METRICS[0],
    family: int = 1,
    one_look: bool = False,
) -> list[Pair]:
    """Return every pair of arms of ``group`` in every condition, from runs as from `tuned`.

    Runs whose test set is closed are left out if the metric needs it. ``family`` is that of
    `compare`.
    """
    runs = opened(runs, metric)
    if runs.empty:
        return []
    found = [
        (str(condition), a, b)
        for condition, same in named(runs, group).groupby(CONDITION, sort=True)
        for a, b in itertools.combinations(_arms(same), 2)
    ]
    needed = fewest_seeds(max(len(found), family), one_look=one_look)
    return [_pair(condition, a, b, metric, needed) for condition, a, b in found]


def _arms(same: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return the name and the runs of each arm."""
    return [(str(arm), part) for arm, part in same.groupby(ARM, sort=True)]


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
    return float(wins(a, b).mean())


def wins(a: pd.Series, b: pd.Series) -> pd.Series:
    """Return 1 for each row in which ``a`` is above ``b``, 1/2 for a tie, and 0 otherwise."""
    return (a > b) + 0.5 * (a == b)


def _pair(
    condition: str,
    a: tuple[str, pd.DataFrame],
    b: tuple[str, pd.DataFrame],
    metric: str,
    needed: int,
) -> Pair:
    """Return two arms, each with its name and runs, as a pair."""
    (arm_a, runs_a), (arm_b, runs_b) = a, b
    both = runs_by_seed({"a": runs_a, "b": runs_b}, metric, needed)
    return Pair(
        condition=condition,
        arm_a=arm_a,
        arm_b=arm_b,
        runs_a=runs_a,
        runs_b=runs_b,
        values=both.values,
        failed=both.failed,
        correct=both.correct,
        chosen_on=both.chosen_on,
    )
