"""Name the arm and the condition of every run, and choose an example run of each arm."""

from collections.abc import Sequence

import pandas as pd

from experiments.comparison.statuses import status_counts
from experiments.configuration import GROUPS
from experiments.errors import UserError
from experiments.recording import Status
from experiments.results import RATE, options

ARM = "arm"
CONDITION = "condition"
"""The columns that `named` adds to a frame."""
CHOICES = tuple(group for group in GROUPS if group != "dataset")
"""The groups of conf/ that can be compared: all except the data."""


def named(frame: pd.DataFrame, *groups: str) -> pd.DataFrame:
    """Return a frame of runs, or of their history, with the columns `arm` and `condition`.

    The arm is the choice in each of ``groups``, with those of its options that vary. The condition
    is everything else that differs between runs, and always the architecture. Neither of them
    contains the learning rate or the seed. The words are those of the command line.
    """
    frame = frame.drop(columns=[ARM, CONDITION], errors="ignore")
    other_options = [each for each in options(frame) if each != RATE]
    own_options = [each for each in other_options if each.split(".")[0] in groups]
    arm = [*groups, *(column for column in own_options if _varies(frame, column))]
    fixed = [
        column
        for column in [*CHOICES, *other_options, *_data_columns(frame)]
        if column not in [*groups, *own_options]
        and (column == "architecture" or _varies(frame, column))
    ]
    if_empty = "dataset" if "architecture" in groups else "architecture"
    columns = list(dict.fromkeys([*arm, *fixed, if_empty]))
    distinct = frame[columns].drop_duplicates()
    rows = [row for _, row in distinct.iterrows()]
    names = distinct.assign(
        **{
            ARM: [_words(row, arm) for row in rows],
            CONDITION: [_words(row, fixed) or str(row[if_empty]) for row in rows],
        }
    )
    return frame.merge(names, on=columns, how="left")


def examples(runs: pd.DataFrame) -> pd.DataFrame:
    """Return one finished run of each arm, from a frame with the columns of `named`.

    All of them have the same condition and seed: the first one that has the most arms. Raise
    UserError if no run has finished.
    """
    finished = runs[runs["status"] == Status.FINISHED.value]
    if finished.empty:
        raise UserError(
            f"no run has finished ({status_counts(runs)}), so there is no trained network to show"
        )
    n_arms = finished.groupby([CONDITION, "seed"], sort=False)[ARM].transform("nunique")
    first = finished[n_arms == n_arms.max()].iloc[0]
    same = (finished[CONDITION] == first[CONDITION]) & (finished["seed"] == first["seed"])
    return finished[same].drop_duplicates(ARM)


def title(run: pd.Series) -> str:
    """Return the condition, arm and seed of a run as one phrase."""
    return f"{run[CONDITION]} {run[ARM]}, seed {run['seed']}"


def _data_columns(frame: pd.DataFrame) -> list[str]:
    """Return the columns that identify the data of a run; none if all runs have the same data."""
    if frame["data"].nunique() == 1:
        return []
    if (frame.groupby("dataset", observed=True)["data"].nunique() > 1).any():
        return ["dataset", "data"]
    return ["dataset"]


def _varies(runs: pd.DataFrame, column: str) -> bool:
    """Return whether a column has several values among the runs.

    An option of a group has to vary among the runs with the same choice in that group.
    """
    group = column.partition(".")[0]
    if column in GROUPS or group not in GROUPS:
        return bool(runs[column].nunique(dropna=False) > 1)
    return bool((runs.groupby(group, observed=True)[column].nunique(dropna=False) > 1).any())


def _words(row: pd.Series, columns: Sequence[str]) -> str:
    """Return the values of columns in the words of the command line, without missing ones."""
    words = []
    for column in columns:
        value = row[column]
        if pd.isna(value):
            continue
        if column in GROUPS:
            words.append(str(value))
        elif column == "data":
            words.append(f"data={value[:8]}")
        else:
            words.append(f"{column.rpartition('.')[2]}={value}")
    return " ".join(words)
