"""Ranks of arms over several data sets: Friedman's and Nemenyi's tests, or Wilcoxon's."""

import contextlib
import io
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from scipy import stats

from experiments.comparison.arms import ARM, CONDITION, named
from experiments.comparison.power import ALPHA
from experiments.comparison.tuning import chance
from experiments.recording import Status

FEWEST_DATA_SETS = 5
"""Autorank needs as many."""
DATA_SET = "data_set"


@dataclass(frozen=True)
class Ranks:
    """The mean ranks of arms over data sets, the best arm first. Rank 1 is best, ties share ranks.

    ``p`` is of the hypothesis that all arms are equal. Two of more than two arms differ if their
    mean ranks are further apart than ``critical_distance``, which is NaN for two arms.
    """

    mean_ranks: pd.Series  # by arm
    data_sets: int
    p: float
    critical_distance: float

    def better_than(self, arm: str) -> list[str]:
        """Return the arms that are better than this one, with an error of 5 % for all of them."""
        if self.p >= ALPHA:
            return []
        least = 0.0 if math.isnan(self.critical_distance) else self.critical_distance
        better = self.mean_ranks[self.mean_ranks < self.mean_ranks[arm] - least]
        return [str(each) for each in better.index]


def accuracies_by_data_set(
    tuned: pd.DataFrame, group: str, metric: str
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield each condition with the mean accuracies of its arms: a row per data set, a column each.

    ``tuned`` are runs as from `tuned`. The data, and the sizes of the first and the last layer if
    the data sets need different ones, are no part of the condition. The mean is over the seeds
    that all arms have on that data set; a data set without such seeds is left out. A diverged run
    counts with the accuracy of guessing. Conditions with one arm are left out.
    """
    value = tuned[metric].where(tuned["status"] == Status.FINISHED.value, chance(tuned))
    alike = tuned.assign(
        value=value,
        data_set=tuned["data"],
        data="",
        dataset="all data sets",
        architecture=_without_ends(tuned["architecture"].astype(str)),
    )
    for condition, same in named(alike, group).groupby(CONDITION, sort=True):
        if same[ARM].nunique() > 1:
            seeds = same.pivot_table("value", [DATA_SET, "seed"], ARM, observed=True).dropna()
            yield str(condition), seeds.groupby(DATA_SET).mean()


def ranks(table: pd.DataFrame) -> Ranks:
    """Return the ranks of arms, from a table with a row per data set and a column per arm.

    Autorank (Herbold 2020, JOSS) ranks them and does Friedman's and Nemenyi's tests, the
    nonparametric ones that Demšar (2006, JMLR 7) advises: accuracies on different data sets do not
    have one distribution, and a test for normality of five values finds nothing. For two arms
    autorank does Wilcoxon's signed-rank test in the direction that the data show, which
    has twice the error; so the two-sided test of scipy is used. Raise ValueError if there are
    fewer than `FEWEST_DATA_SETS` data sets, or fewer than two arms.
    """
    with _in_silence():
        from autorank import autorank  # imports pyplot

        found = autorank(table, alpha=ALPHA, order="descending", force_mode="nonparametric")
        two = table.shape[1] == 2
        p = stats.wilcoxon(*table.to_numpy().T).pvalue if two else found.pvalue
    return Ranks(
        mean_ranks=found.rankdf["meanrank"].astype(float).sort_values(kind="stable"),
        data_sets=len(table),
        p=1.0 if math.isnan(p) else float(p),  # NaN if all arms are equal on all data sets
        critical_distance=math.nan if two else float(found.cd),
    )


@contextlib.contextmanager
def _in_silence() -> Iterator[None]:
    """Hide what autorank prints, and warnings of its tests for normality, which are not used.

    It cannot be imported while matplotlib writes its text with LaTeX.
    """
    import matplotlib

    with (
        warnings.catch_warnings(),
        contextlib.redirect_stdout(io.StringIO()),
        matplotlib.rc_context({"text.usetex": False}),
    ):
        warnings.simplefilter("ignore")
        yield


def _without_ends(architectures: pd.Series) -> pd.Series:
    """Return the architectures without the sizes of the first and the last layer, if they vary."""
    sizes = architectures.str.split("-")
    if len({(each[0], each[-1]) for each in sizes}) == 1:
        return architectures
    return sizes.map(lambda each: "-".join(["*", *each[1:-1], "*"]))
