"""Arms that diverge: more seeds do not help them, lower learning rates may."""

from collections.abc import Iterable

import pandas as pd

from experiments.comparison.compared_arm import ComparedArm
from experiments.recording import Status
from experiments.results import RATE, default_rate, with_seeds

NEARLY_ALL = 0.8
"""An arm diverges if at least this fraction of its runs at its best learning rate diverged."""
FACTOR = 10
"""The factor between learning rates that are tried."""


def diverged_share(runs: pd.DataFrame) -> float:
    """Return the fraction of runs that diverged."""
    return float((runs["status"] == Status.DIVERGED.value).mean())


def diverges(runs: pd.DataFrame) -> bool:
    """Return whether all runs of an arm diverged, or nearly all."""
    return diverged_share(runs) >= NEARLY_ALL


def lower_rates(rate: float, default: float) -> tuple[float, float]:
    """Return two lower learning rates to try, the lower one first.

    The higher one is the ``default`` if that is below ``rate``.
    """
    high = default if default < rate else _rounded(rate / FACTOR)
    return _rounded(high / FACTOR), high


def at_lower_rates(runs: pd.DataFrame, seeds: Iterable[int]) -> pd.DataFrame:
    """Return rows for the runs of an arm at two lower learning rates, with each of ``seeds``."""
    run = runs.iloc[:1]
    rates = lower_rates(float(run[RATE].iloc[0]), default_rate(run.iloc[0]))
    return with_seeds(pd.concat([run.assign(**{RATE: rate}) for rate in rates]), seeds)


def diverging_arms(arms: Iterable[ComparedArm]) -> dict[str, dict[str, pd.DataFrame]]:
    """Return the runs of each arm that diverges, by condition and arm."""
    found: dict[str, dict[str, pd.DataFrame]] = {}
    for each in arms:
        if diverges(each.runs):
            found.setdefault(each.condition, {})[each.arm] = each.runs
    return found


def describe_divergence(arms: dict[str, pd.DataFrame]) -> str:
    """Return in words how many runs of each arm diverged: `ce diverged in 2 of 2 runs at ...`."""
    return " and ".join(
        f"{arm} diverged in {int(sum(runs['status'] == Status.DIVERGED.value))} of {len(runs)}"
        f" {'run' if len(runs) == 1 else 'runs'} at learning rate {runs[RATE].iloc[0]:g}"
        for arm, runs in arms.items()
    )


def _rounded(rate: float) -> float:
    """Return a learning rate with three digits, without the error of a division."""
    return float(f"{rate:.3g}")
