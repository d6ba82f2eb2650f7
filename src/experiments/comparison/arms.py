"""Name the arm and the condition of every run, and choose an example run of each arm."""

import itertools
from collections.abc import Sequence

import pandas as pd

from experiments.comparison.statuses import status_counts
from experiments.configuration import GROUPS
from experiments.errors import UserError
from experiments.recording import Status
from experiments.results import RATE, every_choice_has, is_option, options, with_own_splits

ARM = "arm"
"""The column of the arm, which `named` adds to a frame."""
CONDITION = "condition"
"""The column of the condition, which `named` adds to a frame."""
LEVELS = ("level_1", "level_2")
"""The columns that `crossed` adds to a frame."""
CHOICES = tuple(group for group in GROUPS if group != "dataset")
"""The groups of conf/ that can be compared: all except the data."""


def comparable(runs: pd.DataFrame) -> list[str]:
    """Return the groups of conf/ that can be compared, and the options that vary in these runs."""
    varying = [each for each in options(runs) if runs[each].nunique() > 1]
    return [*CHOICES, *filter(can_be_compared, varying)]


def can_be_compared(key: str) -> bool:
    """Return whether a key of conf/ is a group or an option whose values can be arms.

    The data and the learning rate cannot: other images are another question, and each arm has its
    own best rate.
    """
    return key in CHOICES or (is_option(key) and key != RATE and key.partition(".")[0] != "dataset")


def named(frame: pd.DataFrame, *groups: str) -> pd.DataFrame:
    """Return a frame of runs, or of their history, with the columns `arm` and `condition`.

    A group is one of conf/, or an option such as `loss.output`. The arm is the choice in each of
    ``groups``, with those of its options that vary. An option that all choices of a group have, and
    that two of them have with the same value, is no part of the arm: so losses are compared at the
    same output function, if they were run with it. For one group this is decided among the runs
    that differ in its choices and options only. The condition is everything else that differs
    between runs, and always the architecture. Neither of them contains the learning rate, the seed,
    or the cut of the data if each seed has its own. The words are those of the command line; a text
    stands for itself: `ce softmax`.
    """
    frame = with_own_splits(frame.drop(columns=[ARM, CONDITION], errors="ignore"))
    frame = frame.reset_index(drop=True)
    fixed = [
        column
        for column in [*CHOICES, *_other_options(frame), *_data_columns(frame)]
        if column == "architecture" or _varies(frame, column)
    ]
    outside = [
        each for each in fixed if each.partition(".")[0] not in groups and each not in groups
    ]
    if len(groups) > 1 or not outside or frame.empty:
        return _with_names(frame, frame, groups, fixed)
    parts = [part for _, part in frame.groupby(outside, dropna=False, observed=True, sort=False)]
    return pd.concat([_with_names(part, frame, groups, fixed) for part in parts]).sort_index()


def _with_names(
    part: pd.DataFrame, frame: pd.DataFrame, groups: Sequence[str], fixed: Sequence[str]
) -> pd.DataFrame:
    """Return a part of a frame with arms and conditions.

    The part decides which options are parts of arms, if it has several choices. ``fixed`` are the
    columns that conditions may have.
    """
    several = part if all(part[each].nunique() > 1 for each in groups) else frame
    own_options = _own_options(several, groups)
    arm = [*groups, *(column for column in own_options if _distinguishes(frame, column))]
    fixed = [column for column in fixed if column not in [*groups, *own_options]]
    if_empty = "dataset" if "architecture" in groups else "architecture"
    columns = list(dict.fromkeys([*arm, *fixed, if_empty]))
    distinct = part[columns].drop_duplicates()
    rows = [row for _, row in distinct.iterrows()]
    names = distinct.assign(
        **{
            ARM: [_words(row, arm) for row in rows],
            CONDITION: [_words(row, fixed) or str(row[if_empty]) for row in rows],
        }
    )
    return part.merge(names, on=columns, how="left").set_axis(part.index)


def _other_options(frame: pd.DataFrame) -> list[str]:
    return [each for each in options(frame) if each != RATE]


def crossed(frame: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Return the frame of `named` for two groups, with the levels of both in two more columns.

    The columns are `level_1` and `level_2`: the choice in each group, with those of its options
    that vary. The arm is both: `ce softmax` and `sgd` make `ce softmax sgd`. Runs that have no
    value of one of the groups are left out: SGD has no `optimizer.beta1`.
    """
    frame = named(frame.dropna(subset=[first, second]), first, second)
    levels = [
        [group, *(each for each in own if _distinguishes(frame, each))]
        for group, *own in level_columns(frame, first, second)
    ]
    words = {
        column: [_words(row, columns) for _, row in frame[columns].iterrows()]
        for column, columns in zip(LEVELS, levels, strict=True)
    }
    frame = frame.assign(**words)
    return frame.assign(**{ARM: frame[LEVELS[0]] + " " + frame[LEVELS[1]]})


def level_columns(frame: pd.DataFrame, first: str, second: str) -> tuple[list[str], list[str]]:
    """Return the columns that make a level of each of two groups: itself and its own options."""
    own = _own_options(frame, (first, second))
    of_first, of_second = (
        [group, *(each for each in own if each.split(".")[0] == group)] for group in (first, second)
    )
    return of_first, of_second


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


def shared_options(runs: pd.DataFrame, group: str) -> list[str]:
    """Return the options of a group that are no part of the arm.

    All choices of the group have them, and two choices have the same value.
    """
    return [each for each in options(runs) if _is_shared(runs, group, each)]


def _own_options(runs: pd.DataFrame, groups: Sequence[str]) -> list[str]:
    """Return the options of the groups that are parts of arms, even if they do not vary."""
    not_own = {*groups, *(each for group in groups for each in shared_options(runs, group)), RATE}
    return [each for each in options(runs) if each.split(".")[0] in groups and each not in not_own]


def _is_shared(runs: pd.DataFrame, group: str, option: str) -> bool:
    """Return whether all choices have an option of the group, and two have the same value.

    If there is one choice only, it is whether all choices of conf/ have the option.
    """
    if not option.startswith(f"{group}.") or option == RATE:
        return False
    values = [set(part[option].dropna()) for _, part in runs.groupby(group, observed=True)]
    if len(values) == 1:
        return every_choice_has(option)
    return all(values) and any(a & b for a, b in itertools.combinations(values, 2))


def _distinguishes(runs: pd.DataFrame, option: str) -> bool:
    """Return whether an option of the arms varies, among all runs if every arm has it."""
    everywhere = bool(runs[option].notna().all() and runs[option].nunique() > 1)
    return everywhere or _varies(runs, option)


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
        if column in GROUPS or (isinstance(value, str) and "." in column):
            words.append(str(value))
        elif column == "data":
            words.append(f"data={value[:8]}")
        else:
            words.append(f"{column.rpartition('.')[2]}={value}")
    return " ".join(words)
