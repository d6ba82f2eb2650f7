"""Was each arm tuned equally well? How many learning rates it had, and how sure the choice is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.comparison.arms import ARM, CONDITION
from experiments.comparison.compared_arm import ComparedArm
from experiments.comparison.response_surface import best_point
from experiments.comparison.tuning import accuracies_by_rate, best_rate

RESAMPLES = 500
FEWEST_SEEDS = 3
"""A choice on fewer seeds is said, because a resample of so few says little."""
UNSURE = 0.1
"""A choice is said to be unsure if more than this share of resamples makes another one."""


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """How the learning rate of an arm was chosen in a condition."""

    condition: str
    arm: str
    rates: tuple[float, ...]  # that were run, the lowest first
    chosen: float
    seeds: tuple[int, ...]  # that all rates have: on these they were compared
    rivals: int  # seeds that at least two rates have
    epochs: int  # of training, for all rates
    other_choices: float  # share of resamples of these seeds in which another rate is the best

    @property
    def at_edge(self) -> bool:
        """Return whether the chosen rate is the lowest or the highest of several."""
        return len(self.rates) > 1 and self.chosen in (self.rates[0], self.rates[-1])


def tunings(runs: pd.DataFrame) -> list[Tuning]:
    """Return how the rate of each arm was chosen.

    ``runs`` are as from `final_runs`, with the columns of `named`.
    """
    return [
        _tuning(str(condition), str(arm), same)
        for (condition, arm), same in runs.groupby([CONDITION, ARM], sort=True)
    ]


def unequal_tuning(found: Sequence[Tuning], arms: Iterable[ComparedArm]) -> list[str]:
    """Return sentences about arms that were tuned less than others, or whose choice is unsure."""
    compared = {(each.condition, each.arm): each for each in arms}
    known = [each for each in found if (each.condition, each.arm) in compared]
    return [
        *_numbers(known),
        *_edges(known),
        *_few(known),
        *_unsure(known),
        *_reused(compared.values()),
        *_left_out(compared.values()),
    ]


def _tuning(condition: str, arm: str, runs: pd.DataFrame) -> Tuning:
    table = accuracies_by_rate(runs)
    common = table.dropna()
    chosen = best_rate(table)
    others = 0.0
    if len(table.columns) > 1 and len(common):
        rng = np.random.default_rng(0)
        places = rng.integers(0, len(common), (RESAMPLES, len(common)))
        means = common.to_numpy()[places].mean(axis=1)
        rates = [[float(rate)] for rate in table.columns]
        unique, counts = np.unique(means, axis=0, return_counts=True)  # few seeds: few of them
        other = [rates[best_point(rates, each)] != [chosen] for each in unique]
        others = float(counts[other].sum() / RESAMPLES)
    return Tuning(
        condition=condition,
        arm=arm,
        rates=tuple(map(float, table.columns)),
        chosen=chosen,
        seeds=tuple(map(int, common.index)),
        rivals=int((table.notna().sum(axis=1) > 1).sum()),
        epochs=int(runs["epochs_done"].sum()),
        other_choices=others,
    )


def _numbers(found: Sequence[Tuning]) -> Iterator[str]:
    """Yield a sentence for each condition whose arms had other numbers of rates or seeds of them.

    An arm with one rate made no choice, so its seeds say nothing.
    """
    for condition in dict.fromkeys(each.condition for each in found):
        arms = [each for each in found if each.condition == condition]
        if len({(len(each.rates), _seeds_of_choice(each)) for each in arms}) > 1:
            counts = ", ".join(f"{each.arm} had {_effort(each)}" for each in arms)
            yield f"{condition}: the arms were not tuned equally: {counts}."


def _edges(found: Sequence[Tuning]) -> Iterator[str]:
    for each in found:
        if each.at_edge:
            end = "lowest" if each.chosen == each.rates[0] else "highest"
            yield (
                f"{each.condition}: the best learning rate of {each.arm}, {each.chosen:g}, is the"
                f" {end} of those that were run: a better one may lie beyond it."
            )


def _few(found: Sequence[Tuning]) -> Iterator[str]:
    """Yield a sentence for each choice on few seeds, because some rates have few or others."""
    for each in found:
        n = len(each.seeds)
        if len(each.rates) == 1 or (n >= FEWEST_SEEDS and n == each.rivals):
            continue
        where = f"{each.condition}: the learning rate of {each.arm} was chosen on"
        if not n:
            yield f"{where} different seeds for its {_rates(len(each.rates))}: no seed has all."
        else:
            seeds = f"{n} seed{'s' * (n != 1)}"
            more = f" ({each.rivals} seeds have several)" * (n < each.rivals)
            yield f"{where} the {seeds} that all its {_rates(len(each.rates))} have{more}."


def _unsure(found: Sequence[Tuning]) -> Iterator[str]:
    """Yield a sentence if other seeds would have chosen another rate for some arms."""
    unsure = [each for each in found if each.other_choices > UNSURE]
    if unsure:
        most = max(unsure, key=lambda each: each.other_choices)
        yield (
            f"The choice of a learning rate is unsure for {len(unsure)} of {len(found)} arms:"
            f" {most.other_choices:.0%} of resamples of the {len(most.seeds)} seeds would choose"
            f" another one for {most.arm} in {most.condition}."
        )


def _reused(arms: Iterable[ComparedArm]) -> Iterator[str]:
    """Yield a sentence if seeds on which rates were chosen are compared again."""
    shares = [
        len(each.chosen_on & {*each.common}) / len(each.common) for each in arms if each.common
    ]
    if any(shares):
        yield (
            "Seeds on which learning rates were chosen (on the validation set) are compared again:"
            f" up to {max(shares):.0%} of the seeds of a row."
        )


def _left_out(arms: Iterable[ComparedArm]) -> Iterator[str]:
    """Yield a sentence if seeds on which rates were chosen are left out.

    Runs whose test set is closed are left out for another reason.
    """
    most = max(
        (len((each.chosen_on & {*each.runs["seed"]}) - {*each.common}) for each in arms), default=0
    )
    if most:
        yield (
            "Seeds on which learning rates were chosen (on the validation set) are left out: up to"
            f" {most} in a row."
        )


def _effort(tuning: Tuning) -> str:
    """Return the rates of an arm, the seeds of its choice, and the epochs of all training."""
    n = _seeds_of_choice(tuning)
    seeds = f" on {n} seed{'s' * (n != 1)}" if n else ""
    return f"{_rates(len(tuning.rates))}{seeds} ({tuning.epochs:,} epochs of training)"


def _seeds_of_choice(tuning: Tuning) -> int:
    """Return the number of seeds on which the rates of an arm were compared."""
    return len(tuning.seeds) if len(tuning.rates) > 1 else 0


def _rates(n: int) -> str:
    return f"{n} learning rate{'s' * (n != 1)}"
