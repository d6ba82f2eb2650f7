"""Does a published number agree with ours? The tolerance is what other seeds would give."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import numpy as np
from scipy import stats

LEVEL = 0.95
"""The probability that an interval contains the number of a new run."""
FEWEST_SEEDS = 3
"""With two, the interval is eight times as wide as if the noise of the seeds were known."""
DRAWS = 400_000
"""Simulated sets of runs for the largest of several new ones."""


class Agreement(Enum):
    """The verdict about a published number."""

    AGREES = "agrees"
    DIFFERS = "differs"
    CANNOT_TELL = "cannot be told"
    NOT_PUBLISHED = "no number published"
    OTHER_SETUP = "another set-up"


@dataclass(frozen=True)
class Interval:
    """An interval of numbers, its ends included."""

    low: float
    high: float

    def within(self, least: float, most: float) -> "Interval":
        """Return the part of the interval between two limits that no number passes."""
        return Interval(max(self.low, least), min(self.high, most))

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Judgement:
    """The verdict about a number, and why.

    ``mean`` is that of our seeds, None if there is none. ``alone`` contains the number of a new run
    with a probability of `LEVEL`; ``together`` are so wide that all intervals of the table contain
    theirs with this probability (Bonferroni). They are None with too few seeds.
    """

    agreement: Agreement
    reason: str
    mean: float | None = None
    alone: Interval | None = None
    together: Interval | None = None


def judge(
    published: float | None,
    values: Sequence[float],
    *,
    family: int,
    best_of: int = 1,
    rounding: float = 0.0,
    limits: tuple[float, float] = (-math.inf, math.inf),
    left_open: str = "",
    absent: str = "",
) -> Judgement:
    """Return whether a published number agrees with ``values``, those of our runs on several seeds.

    The author shows one run, or the best of ``best_of``, so the number is compared with the
    interval in which it lies for new seeds. It agrees if it lies in the interval for this number
    alone. It differs if it lies outside of the interval for all ``family`` numbers of the table.
    ``left_open`` is a reason for it that the text does not exclude. Between the two intervals
    nothing can be told, nor with fewer than `FEWEST_SEEDS` values, nor if ``absent`` says that
    other seeds have no value: those that have one may be the better ones.
    ``limits`` are values that no number passes: an interval that passes one is cut there, and a
    number inside of it says nothing, because the noise of our seeds is not the normal one that is
    assumed.
    """
    if absent or len(values) < FEWEST_SEEDS:
        return _too_few(published, values, absent)
    uncut = interval(values, 1 - LEVEL, best_of)
    alone, together = (
        interval(values, alpha, best_of, rounding).within(*limits)
        for alpha in (1 - LEVEL, (1 - LEVEL) / family)
    )
    agreement, reason = _verdict(published, values, alone, together, left_open)
    if agreement is Agreement.AGREES and uncut != uncut.within(*limits):
        passed = limits[0] if uncut.low < limits[0] else limits[1]
        agreement = Agreement.CANNOT_TELL
        reason = f"our seeds differ so much that the interval would pass {passed:g}"
    return Judgement(agreement, reason, float(np.mean(values)), alone, together)


def _too_few(published: float | None, values: Sequence[float], absent: str) -> Judgement:
    """Return that there is no verdict, because seeds have no value or there are too few."""
    mean = float(np.mean(values)) if len(values) else None
    if published is None:
        return Judgement(Agreement.NOT_PUBLISHED, absent, mean)
    seeds = f"{len(values)} seed{'' if len(values) == 1 else 's'}, {FEWEST_SEEDS} are needed"
    return Judgement(Agreement.CANNOT_TELL, absent or seeds, mean)


def _verdict(
    published: float | None,
    values: Sequence[float],
    alone: Interval,
    together: Interval,
    left_open: str,
) -> tuple[Agreement, str]:
    if published is None:
        return Agreement.NOT_PUBLISHED, ""
    if published in alone:
        beyond = "above" if published > max(values) else "below" if published < min(values) else ""
        outside = f", {beyond} all of our seeds" if beyond else ""
        return Agreement.AGREES, f"inside the interval{outside}"
    side = "above" if published > alone.high else "below"
    because = f"; {left_open}" if left_open else ""
    if published in together:
        inside = f"{side} the interval, inside that of all numbers together"
        return Agreement.CANNOT_TELL, inside + because
    return Agreement.DIFFERS, f"{side} the interval of all numbers together{because}"


def interval(
    values: Sequence[float], alpha: float, best_of: int = 1, rounding: float = 0.0
) -> Interval:
    """Return the interval that contains the largest of ``best_of`` new values but for ``alpha``.

    For one new value it is ``mean +- t s sqrt(1 + 1/n)``, with the quantile t of Student's
    distribution with n - 1 degrees of freedom (Hahn and Meeker 1991, *Statistical Intervals*,
    section 4.6). For the largest of several, t is a quantile of the same distribution, simulated.
    ``rounding``, half a unit of the last published digit, is added at both ends.
    """
    mean, deviation = float(np.mean(values)), float(np.std(values, ddof=1))
    low, high = _quantiles(len(values), alpha, best_of)
    return Interval(mean + low * deviation - rounding, mean + high * deviation + rounding)


@lru_cache(maxsize=256)
def _quantiles(n: int, alpha: float, best_of: int) -> tuple[float, float]:
    """Return the ends of the interval, in standard deviations from the mean of ``n`` values."""
    if best_of == 1:
        half = float(stats.t.ppf(1 - alpha / 2, n - 1)) * math.sqrt(1 + 1 / n)
        return -half, half
    rng = np.random.default_rng(0)
    new = rng.standard_normal((DRAWS, best_of)).max(axis=1)
    ours = rng.standard_normal(DRAWS) / math.sqrt(n)
    deviation = np.sqrt(rng.chisquare(n - 1, DRAWS) / (n - 1))
    low, high = np.quantile((new - ours) / deviation, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)
