"""The tuned learning rates of runs with the default options: those that conf/ may take over."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from experiments.comparison.arms import CHOICES
from experiments.comparison.tuning import accuracies_by_rate, best_rate, deciding, final_runs
from experiments.configuration import TEST_CURVE
from experiments.results import RATE, changed_from_defaults, options

Choices = tuple[str, str, str, str]
"""An architecture, an activation, a loss and an optimizer."""

SIZE = "dataset.train_size"
FREE = {RATE, "epochs", "backend", TEST_CURVE, SIZE}
"""The options that may be other than the defaults: how much was trained, and how."""


@dataclass(frozen=True)
class TunedRate:
    """A learning rate, and how it was tuned.

    ``accuracy`` is the mean on the validation set after the last of ``epochs``, at this rate.
    ``tried`` is the number of rates, ``seeds`` the number of seeds that all of them have.
    ``images`` is the number of training images, None if all were used.
    """

    rate: float
    accuracy: float
    tried: int
    seeds: int
    epochs: int
    images: int | None

    @property
    def work(self) -> float:
        """How much a run was trained, as far as it can be compared."""
        return self.epochs * (math.inf if self.images is None else self.images)

    @property
    def words(self) -> str:
        """The accuracy and how the rate was tuned, in a phrase."""
        images = "all images" if self.images is None else f"{self.images:,} images"
        return (
            f"{self.accuracy:.2%}; {self.tried} rates, {self.seeds} seeds, {self.epochs} epochs of"
            f" {images}"
        )


def tuned_rates(runs: pd.DataFrame) -> dict[Choices, TunedRate]:
    """Return the tuned rate for every combination of choices of which several rates were run.

    Only runs whose other options are the defaults count. Of several such sets of runs, the one that
    was trained longest counts. ``runs`` are as from `results.runs`. Raise UserError if no run has
    finished or diverged.
    """
    longest_last = sorted(_all(runs), key=lambda each: (each[1].work, each[1].epochs))
    return dict(sorted(dict(longest_last).items()))


def _all(runs: pd.DataFrame) -> Iterator[tuple[Choices, TunedRate]]:
    final = final_runs(runs)
    fixed = [*(each for each in [*CHOICES, *options(final)] if each != RATE), "data"]
    for _, same in final.groupby(fixed, dropna=False, observed=True, sort=False):
        run = same.iloc[0]
        table = accuracies_by_rate(same)
        if len(table.columns) < 2 or not changed_from_defaults(run) <= FREE:
            continue
        seeds, rate = deciding(table), best_rate(table)
        size = run.get(SIZE, math.nan)
        yield (
            (
                str(run["architecture"]),
                str(run["activation"]),
                str(run["loss"]),
                str(run["optimizer"]),
            ),
            TunedRate(
                rate=rate,
                accuracy=float(table.loc[seeds, rate].mean()),
                tried=len(table.columns),
                seeds=len(seeds),
                epochs=int(run["epochs"]),
                images=None if pd.isna(size) else int(size),
            ),
        )
