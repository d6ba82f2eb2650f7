"""Numbers with their units, as the report writes them."""

import math
from collections.abc import Sequence

import pandas as pd

UNKNOWN = "-"


def percent(fraction: float) -> str:
    """Return a fraction in per cent: `95.83 %`; a dash if it is unknown."""
    return UNKNOWN if math.isnan(fraction) else f"{100 * fraction:.2f} %"


def mean_words(values: Sequence[float]) -> str:
    """Return a mean with the half width of its interval: `95.83 % ± 0.12`; one value alone."""
    from scipy import stats

    column = pd.Series(values, dtype=float).dropna()
    if column.empty:
        return UNKNOWN
    if len(column) == 1:
        return percent(float(column.iloc[0]))
    half = stats.t.ppf(0.975, len(column) - 1) * column.sem()
    return f"{percent(float(column.mean()))} ± {100 * half:.2f}"


def count(n: int, word: str, plural: str = "") -> str:
    """Return a number of things: `1 run`, `1,200 runs`."""
    return f"{n:,} {word if n == 1 else plural or word + 's'}"


def span(seconds: float) -> str:
    """Return a time with its unit: `8.4 s`, `12 min`, `3.5 h`."""
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def listed(words: Sequence[str], most: int = 8) -> str:
    """Return words as a list in a sentence: `a, b and c`; at most ``most`` of them."""
    shown = [*words[:most], *([f"{len(words) - most} more"] if len(words) > most else [])]
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
