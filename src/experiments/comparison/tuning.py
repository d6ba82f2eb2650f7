"""Tuning: the runs at each arm's best learning rate, and the selection bias of the best epoch."""

from dataclasses import dataclass

import pandas as pd

from experiments.comparison.arms import CHOICES
from experiments.comparison.statuses import status_counts
from experiments.errors import UserError
from experiments.recording import Status
from experiments.results import BEST_VALIDATION, RATE, VALIDATION, options

FINAL = tuple(status.value for status in Status if status.final)


@dataclass(frozen=True)
class SelectionBias:
    """The mean gains in accuracy of the best epoch over the last epoch.

    The best epoch is the one with the highest validation accuracy. Its gain on the validation set
    is larger than its gain on the test set; the difference is selection bias. Both are NaN if no
    run has finished.
    """

    validation_gain: float
    test_gain: float


def final_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs that have finished or diverged, in the order in which they started.

    Of several runs with the same configuration, made by different versions of the code, only the
    last one is returned. Raise UserError if no run has finished or diverged.
    """
    final = runs[runs["status"].isin(FINAL)]
    if final.empty:
        raise UserError(
            f"no run has finished or diverged yet ({status_counts(runs)}), so there is nothing to"
            " compare"
        )
    final = final.sort_values(["started", "identity"], ignore_index=True)
    return final.drop_duplicates([*CHOICES, *options(final), "data", "seed"], keep="last")


def tuned(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs at the learning rate with the highest validation accuracy.

    One rate is chosen for each set of runs that differ in learning rate and seed only. The accuracy
    is the one after the last epoch, averaged over the seeds that all rates have. A diverged run
    counts with the accuracy of guessing. Rates with less than half as many seeds as another rate
    are left out. Raise UserError if no run has finished or diverged.
    """
    final = final_runs(runs)
    fixed = [*(each for each in [*CHOICES, *options(final)] if each != RATE), "data"]
    accuracy = final[VALIDATION].where(final["status"] == Status.FINISHED.value, chance(final))
    chosen = []
    for _, same in final.groupby(fixed, dropna=False, observed=True, sort=False):
        table = accuracy[same.index].groupby([same["seed"], same[RATE]]).mean().unstack()
        n_seeds = table.count()
        table = table[n_seeds.index[2 * n_seeds >= n_seeds.max()]]
        common = table.dropna()
        best = (table if common.empty else common).mean().idxmax()
        chosen.append(same[same[RATE] == best])
    return pd.concat(chosen).sort_index()


def chance(runs: pd.DataFrame) -> pd.Series:
    """Return the accuracy of guessing for each run: one divided by the number of classes.

    The number of classes is the size of the last layer, 10 for the architecture `784-30-10`.
    """
    return 1 / runs["architecture"].astype(str).str.rpartition("-")[2].astype(int)


def selection_bias(runs: pd.DataFrame) -> SelectionBias:
    """Return the mean gains of the best epoch over the last one, for the runs that finished."""
    finished = runs[runs["status"] == Status.FINISHED.value]
    validation = finished[BEST_VALIDATION] - finished[VALIDATION]
    test = finished["best_epoch/test/accuracy"] - finished["test/accuracy"]
    return SelectionBias(float(validation.mean()), float(test.mean()))
