"""Means over seeds with 95 % intervals of Student's t, as columns of a frame."""

from collections.abc import Sequence

import pandas as pd
from scipy import stats

MEAN, LOW, HIGH, COUNT = "mean", "low", "high", "n"


def means(frame: pd.DataFrame, by: Sequence[str], value: str) -> pd.DataFrame:
    """Return one row for each group: its mean, the ends of its interval, and its number of runs.

    The ends of a group with one value are missing.
    """
    table = frame.groupby(list(by), observed=True, sort=False)[value].agg(["mean", "sem", "count"])
    half = stats.t.ppf(0.975, table["count"].clip(lower=2) - 1) * table["sem"]
    named = pd.DataFrame(
        {
            MEAN: table["mean"],
            LOW: table["mean"] - half,
            HIGH: table["mean"] + half,
            COUNT: table["count"],
        }
    )
    return named.reset_index()
