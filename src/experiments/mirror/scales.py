"""Scales of axes: from values to pixels, and the values that get a tick."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

MARGIN = 0.05
"""The part of an axis that is free at each end."""
MOST_TICKS = 8


@dataclass(frozen=True)
class Scale:
    """Maps the values from ``low`` to ``high`` to the pixels from ``start`` to ``stop``.

    With ``log`` equal ratios have equal distances. A value that has no place is NaN.
    """

    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def pixel(self, value: float) -> float:
        """Return the pixel of a value."""
        if not math.isfinite(value) or (self.log and value <= 0):
            return math.nan
        low, high, at = (
            map(math.log10, (self.low, self.high, value))
            if self.log
            else (self.low, self.high, value)
        )
        return self.start + (at - low) / (high - low) * (self.stop - self.start)

    def ticks(self, *, least_step: float = 0.0) -> list[float]:
        """Return round values on the axis: with ``log`` some of 1, 2, 5, 10, 20, ..."""
        found = log_ticks(self.low, self.high) if self.log else []
        return found if len(found) > 1 else linear_ticks(self.low, self.high, least_step)


def fitting(values: Sequence[float], start: float, stop: float, *, log: bool = False) -> Scale:
    """Return a scale for these values with a margin; those that have no place do not count."""
    drawn = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    low, high = (min(drawn), max(drawn)) if drawn else (0.1, 1.0)
    largest = max(abs(low), abs(high))
    if high - low <= 1e-9 * largest:
        around = 0.1 * largest or 0.1
        low, high = (low / 1.5, high * 1.5) if log else (low - around, high + around)
    if log:
        factor = (high / low) ** MARGIN
        return Scale(low / factor, high * factor, start, stop, log=True)
    margin = (high - low) * MARGIN
    return Scale(low - margin, high + margin, start, stop)


def linear_ticks(low: float, high: float, least_step: float = 0.0) -> list[float]:
    """Return the multiples of a step from low to high; the step is 1, 2 or 5 times a power of 10.

    There are at most `MOST_TICKS`. The step is not smaller than ``least_step``.
    """
    rough = max((high - low) / MOST_TICKS, least_step)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Return the values 1, 2 and 5 times a power of 10 from low to high, or powers alone."""
    powers = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
    for factors, every in (((1, 2, 5), 1), ((1,), 1), ((1,), 1 + len(powers) // MOST_TICKS)):
        chosen = [factor * 10.0**power for power in powers[::every] for factor in factors]
        found = [value for value in chosen if low <= value <= high]
        if len(found) <= MOST_TICKS:
            break
    return found
