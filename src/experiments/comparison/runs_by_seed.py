"""The results of the runs of several arms, for each seed that all of the arms have.

Seeds on which a learning rate was chosen are left out as soon as there are enough others: then the
choice is confirmed on seeds that it does not know.
"""

import functools
import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.comparison.failures import did_not_learn
from experiments.comparison.image_error import image_error
from experiments.comparison.power import fewest_seeds
from experiments.comparison.tuning import CHOSEN_ON, chance, uniform_guess
from experiments.recording import Status, correct_images


@dataclass(frozen=True, kw_only=True)
class RunsBySeed:
    """The runs of several arms. Each frame has a row per common seed and a column per arm."""

    values: pd.DataFrame  # the metric; NaN if the run diverged
    failed: pd.DataFrame  # True if the run diverged or did not learn
    correct: pd.DataFrame  # bytes: which test images are correct; None if unknown
    chosen_on: frozenset[int] = frozenset()  # the seeds on which a learning rate was chosen

    @property
    def reused(self) -> int:
        """The number of seeds on which a learning rate was chosen, and which are compared again."""
        return len(self.chosen_on.intersection(self.values.index))

    @property
    def finished(self) -> pd.DataFrame:
        """The values of the seeds on which all runs finished."""
        return self.values.dropna()

    @property
    def learned(self) -> pd.DataFrame:
        """The values of the seeds on which no run failed."""
        return self.values[~self.failed.any(axis=1)]

    def weighted_image_error(self, weights: Mapping[str, float]) -> float:
        """Return the standard error, due to the test images, of a weighted sum of the arms.

        ``weights`` has a weight for each arm. The sum is the mean over the seeds on which no run
        failed. NaN if a run does not say which images it classifies correctly, or if there are
        below two seeds.
        """
        known = self.correct.loc[self.learned.index]
        if len(known) < 2 or known.isna().any(axis=None):
            return math.nan
        weighted = (
            np.float32(weight) * np.stack([*map(correct_images, known[arm])])
            for arm, weight in weights.items()
        )
        return image_error(functools.reduce(np.add, weighted))


def runs_by_seed(
    arms: Mapping[str, pd.DataFrame], metric: str, needed: int = fewest_seeds()
) -> RunsBySeed:
    """Return the values of a metric in the runs of each arm. Each arm has one run per seed.

    ``arms`` are as from `tuned`. The seeds on which a learning rate of an arm was chosen are left
    out if ``needed`` others remain: so many that they can decide the question.
    """
    values = _by_seed(arms, lambda runs: _accuracy(runs, metric))
    chosen_on = frozenset(seed for runs in arms.values() for seed in _chosen_on(runs))
    others = [seed for seed in values.index if seed not in chosen_on]
    seeds = others if len(others) >= needed else values.index
    return RunsBySeed(
        values=values.loc[seeds],
        failed=_by_seed(arms, lambda runs: _failed(runs, metric)).loc[seeds],
        correct=_by_seed(arms, lambda runs: _correct(runs, metric)).loc[seeds],
        chosen_on=chosen_on,
    )


def _chosen_on(runs: pd.DataFrame) -> list[int]:
    """Return the seeds on which the learning rate of these runs was chosen.

    They may be seeds of runs that are left out because their test set is closed.
    """
    return [*{*itertools.chain.from_iterable(runs[CHOSEN_ON])}] if CHOSEN_ON in runs else []


def _by_seed(
    arms: Mapping[str, pd.DataFrame], value: Callable[[pd.DataFrame], pd.Series]
) -> pd.DataFrame:
    """Return a value of each arm, in a column of its name, for each seed that all arms have."""
    values = [value(runs).set_axis(runs["seed"]) for runs in arms.values()]
    return pd.concat(values, axis=1, keys=[*arms], join="inner").sort_index()


def _accuracy(runs: pd.DataFrame, metric: str) -> pd.Series:
    """Return the metric of each run; NaN if the run diverged."""
    return runs[metric].where(runs["status"] == Status.FINISHED.value)


def _failed(runs: pd.DataFrame, metric: str) -> pd.Series:
    """Return whether each run of an arm diverged or did not learn.

    No number of the test set decides that about an accuracy on validation: the answer is the same
    before the test set is opened and after it.
    """
    accuracy = _accuracy(runs, metric)
    of_test = metric.endswith("test/accuracy")
    guess = chance(runs) if of_test else uniform_guess(runs)
    return accuracy.isna() | did_not_learn(accuracy, guess)


def _correct(runs: pd.DataFrame, metric: str) -> pd.Series:
    """Return which test images each run classifies correctly, or None."""
    column = metric.removesuffix("accuracy") + "correct"
    return runs[column] if column in runs else pd.Series(None, runs.index, object)
