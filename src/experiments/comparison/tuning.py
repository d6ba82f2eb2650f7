"""Tuning: the runs at each arm's best learning rate, and the selection bias of the best epoch."""

from dataclasses import dataclass

import pandas as pd

from experiments.comparison.arms import CHOICES
from experiments.comparison.opened import opened
from experiments.comparison.response_surface import best_point
from experiments.comparison.statuses import status_counts
from experiments.errors import UserError
from experiments.recording import Status
from experiments.results import BEST_VALIDATION, RATE, VALIDATION, options, with_own_splits

CHOSEN_ON = "chosen_on"
"""The column of `tuned` that has the seeds on which the learning rate was chosen."""
FINAL = tuple(status.value for status in Status if status.final)


@dataclass(frozen=True)
class SelectionBias:
    """The mean gains in accuracy of the best epoch over the last epoch.

    The best epoch is the one with the highest validation accuracy. Its gain on the validation set
    is larger than its gain on the test set; the difference is selection bias. Both are NaN if no
    finished run has opened its test set.
    """

    validation_gain: float
    test_gain: float


def final_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs that have finished or diverged, in the order in which they started.

    Of several runs with the same configuration, made by different versions of the code, only the
    last one is returned. If each seed has its own cut of the data, the split seed is `OWN_SPLIT`.
    Raise UserError if no run has finished or diverged.
    """
    final = with_own_splits(runs[runs["status"].isin(FINAL)])
    if final.empty:
        raise UserError(
            f"no run has finished or diverged yet ({status_counts(runs)}), so there is nothing to"
            " compare"
        )
    final = final.sort_values(["started", "identity"], ignore_index=True)
    return final.drop_duplicates([*CHOICES, *options(final), "data", "seed"], keep="last")


def tuned(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs at the learning rate that is best on the validation set, as `best_rate` says.

    One rate is chosen for each set of runs that differ in learning rate and seed only. The accuracy
    is the one after the last epoch, averaged over the seeds that all rates have, or over all seeds
    if no seed is common. A diverged run counts with the accuracy of `uniform_guess`. The column
    `chosen_on` has a tuple of these seeds, which is empty if there was one rate. Raise UserError if
    no run has finished or diverged.
    """
    final = final_runs(runs)
    fixed = [*(each for each in [*CHOICES, *options(final)] if each != RATE), "data"]
    chosen = []
    for _, same in final.groupby(fixed, dropna=False, observed=True, sort=False):
        table = accuracies_by_rate(same)
        best = same[same[RATE] == best_rate(table)]
        seeds = tuple(map(int, deciding(table))) if len(table.columns) > 1 else ()
        chosen.append(best.assign(**{CHOSEN_ON: [seeds] * len(best)}))
    return pd.concat(chosen).sort_index()


def accuracies_by_rate(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the validation accuracy after the last epoch: one row per seed, one column per rate.

    A diverged run has the accuracy of `uniform_guess`, a missing run NaN: no number of the test set
    may decide about a rate.
    """
    accuracy = runs[VALIDATION].where(runs["status"] == Status.FINISHED.value, uniform_guess(runs))
    return accuracy.groupby([runs["seed"], runs[RATE]]).mean().unstack()


def best_rate(table: pd.DataFrame) -> float:
    """Return the rate that is best by the mean over the seeds that all rates have, or over all.

    ``table`` is as from `accuracies_by_rate`. The means are smoothed: see `best_point`. If the rate
    with the highest mean was run on more seeds, somebody has chosen it before, and it stays chosen.
    """
    means = table.loc[deciding(table)].mean().dropna()
    smoothed = means.index[best_point([[rate] for rate in means.index], means.to_list())]
    seeds, highest = table.notna().sum(), means.idxmax()
    return float(highest if seeds[highest] > seeds[smoothed] else smoothed)


def deciding(table: pd.DataFrame) -> pd.Index:
    """Return the seeds on which rates are compared: those that all rates have, or all seeds."""
    common = table.dropna().index
    return table.index if common.empty else common


def chance(runs: pd.DataFrame) -> pd.Series:
    """Return the accuracy of guessing for each run: that of always the most frequent class.

    For runs that did not record it, it is the one of other runs on the same data, or else one
    divided by the number of classes, which is the size of the last layer.
    """
    uniform = uniform_guess(runs)
    if "test/constant_guess" not in runs:
        return uniform
    known = runs["test/constant_guess"].groupby(runs["data"]).transform("max")
    return known.fillna(uniform)


def uniform_guess(runs: pd.DataFrame) -> pd.Series:
    """Return one divided by the number of classes, the size of the last layer, for each run."""
    return 1 / runs["architecture"].astype(str).str.rpartition("-")[2].astype(int)


def selection_bias(runs: pd.DataFrame) -> SelectionBias:
    """Return the mean gains of the best epoch over the last one.

    They are over the runs that have finished and opened their test set.
    """
    finished = opened(runs[runs["status"] == Status.FINISHED.value], "test/accuracy")
    validation = finished[BEST_VALIDATION] - finished[VALIDATION]
    test = finished["best_epoch/test/accuracy"] - finished["test/accuracy"]
    return SelectionBias(float(validation.mean()), float(test.mean()))
