"""Is it a question that can be asked? The runs, the group, the metric, the margin."""

import pandas as pd

from experiments.comparison.arms import can_be_compared, comparable
from experiments.configuration import GROUPS
from experiments.errors import UserError
from experiments.recording import MARGIN, METRICS
from experiments.results import BEST_VALIDATION, RATE, options

COLUMNS = (
    *("identity", "name", "status", *GROUPS, "seed", "data", RATE),
    *("epochs_done", BEST_VALIDATION, *METRICS),
)
"""The columns that every frame of `results.runs` has, and that a comparison needs."""
LISTED = 4
"""Columns that a message names."""


def check_question(runs: pd.DataFrame, group: str, metric: str, margin: float = MARGIN) -> None:
    """Raise UserError if a group or a metric cannot be compared in these runs."""
    _check_frame(runs)
    known = comparable(runs)
    if _has_one_value(runs, group):
        raise UserError(
            f"{group}: all runs have {runs[group].iloc[0]}, and a comparison needs two values"
        )
    if group not in known:
        raise UserError(f"{group}: this cannot be compared; choose one of {', '.join(known)}")
    if metric not in METRICS:
        raise UserError(f"{metric}: this cannot be compared; choose one of {', '.join(METRICS)}")
    if not _is_fraction(margin):
        raise UserError(
            f"margin={margin!r}: the equivalence margin must be a fraction from 0 to 1, such as"
            f" {MARGIN}"
        )


def _check_frame(runs: object) -> None:
    """Raise UserError unless this is a frame as from `results.runs`, with one run or more."""
    if not isinstance(runs, pd.DataFrame):
        raise UserError(
            f"{str(runs)[:40]!r}: this is no frame; give the frame that results.runs returns"
        )
    missing = [column for column in COLUMNS if column not in runs]
    if missing:
        more = f" and {len(missing) - LISTED} more" if len(missing) > LISTED else ""
        raise UserError(
            "this is no frame of results.runs: the columns"
            f" {', '.join(missing[:LISTED])}{more} are missing"
        )
    if runs.empty:
        raise UserError("the frame has no runs; select others from those of results.runs")


def _has_one_value(runs: pd.DataFrame, group: str) -> bool:
    """Return whether this is an option that could be compared, but is the same in all runs."""
    comparable_option = group in options(runs) and can_be_compared(group)
    return comparable_option and runs[group].nunique(dropna=False) == 1


def _is_fraction(margin: object) -> bool:
    """Return whether a margin is a number from 0 to 1."""
    return (
        isinstance(margin, int | float) and not isinstance(margin, bool) and 0 <= margin <= 1
    )  # NumPy's float64 is a float
