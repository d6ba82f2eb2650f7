"""The commands that make the runs of a frame, or the same runs with other seeds or choices."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
from hydra.errors import MissingConfigException

from experiments.configuration import CONF, GROUPS, one_line, override, run_command
from experiments.recording import TEST_ACCURACY, Status
from experiments.results.frames import RATE
from experiments.results.grids import Setting, Settings, grids
from experiments.results.settings import (
    architecture_file,
    changed_options,
    choices_of,
    defaults,
    settings,
    with_ends,
    word,
)
from experiments.results.splits import with_own_splits


def commands(runs: pd.DataFrame, *, open_test: bool = False) -> list[str]:
    """Return the fewest commands found that make ``runs``, a frame as from `runs`.

    Given again, the commands do only what is missing. With ``open_test`` they open the test set of
    runs in which it is closed; without, it stays closed in these and in rows made from them.
    """
    if runs.empty:
        return []
    if open_test:
        runs = runs.assign(**{TEST_ACCURACY: 1.0})
    rows = with_own_splits(runs).to_dict("records")
    given = [tuple(each.items()) for each in _settings(rows)]
    return [_command(grid) for grid in grids([dict(each) for each in dict.fromkeys(given)])]


def commands_if_known(runs: pd.DataFrame) -> tuple[list[str], str]:
    """Return the commands that make ``runs``, or none and why there are none.

    There are none if the runs have a choice that is no file of conf/, as one of `--config-dir` is.
    """
    try:
        return commands(runs), ""
    except MissingConfigException as error:
        return [], f"No command can be given for more of these runs: {one_line(error)}."


def with_seeds(runs: pd.DataFrame, seeds: Iterable[int]) -> pd.DataFrame:
    """Return each of ``runs`` with each of ``seeds``."""
    listed = list(seeds)
    repeated = runs.iloc[np.tile(np.arange(len(runs)), len(listed))]
    return repeated.assign(seed=np.repeat(listed, len(runs)))


def with_choices(
    run: pd.Series,
    group: str,
    seeds: Iterable[int],
    among: Sequence[str] = (),
    kept: Collection[str] = (),
) -> list[str]:
    """Return the commands that make a run with each choice in a group, and with each seed.

    The options of the group, except those that are ``kept``, and the learning rate are the defaults
    of each choice. ``among`` are the choices; by default all files of conf/. Architectures have the
    first and the last layer of the run, which are those of its data.
    """
    known = sorted(among or (path.stem for path in (CONF / group).glob("*.yaml")))
    if group == "architecture":
        known = [with_ends(each, str(run[group])) for each in known]
    own = [
        column
        for column in run.index
        if column == RATE or (column.startswith(f"{group}.") and column not in kept)
    ]
    rows = [run.drop(own).to_dict() | {group: choice} for choice in known]
    return commands(with_seeds(pd.DataFrame(rows), seeds))


def _settings(rows: Sequence[dict[str, Any]]) -> list[dict[str, Setting]]:
    """Return the settings of each run, with the same keys wherever several runs have the key.

    A choice is given if it differs from the default or between the runs, an option if it differs
    from its default in one of them.
    """
    by_name = all(architecture_file(str(row["architecture"])) for row in rows)
    chosen = [choices_of(row, architecture_by_name=by_name) for row in rows]
    keys = {
        key for row, each in zip(rows, chosen, strict=True) for key in changed_options(row, each)
    }
    keys |= {key for key in GROUPS if len({each.get(key) for each in chosen}) > 1}
    keys |= {key for each in chosen for key in each if defaults({}).get(key) != each[key]}
    return [
        settings(row, each, keys) | _closed(row) for row, each in zip(rows, chosen, strict=True)
    ]


def _closed(row: Mapping[str, Any]) -> dict[str, Setting]:
    """Return the option that leaves the test set closed, for a run that has not opened it."""
    finished = row.get("status") == Status.FINISHED.value
    return {"score_test": False} if finished and pd.isna(row.get(TEST_ACCURACY, 1)) else {}


def _command(grid: Sequence[Settings]) -> str:
    """Return the command that makes a grid of runs."""
    words = []
    for key in grid[0]:
        values = list(dict.fromkeys(run[key] for run in grid))
        words.append(_seeds(cast("list[int]", values)) if key == "seed" else word(key, *values))
    return run_command(words)


def _seeds(numbers: Sequence[int]) -> str:
    """Return the override for seeds; more than two successive numbers are a range."""
    seeds = sorted(numbers)
    first, last = seeds[0], seeds[-1]
    if len(seeds) > 2 and seeds == list(range(first, last + 1)):
        return f"seed=range({first},{last + 1})" if first else f"seed=range({last + 1})"
    return override("seed", *seeds)
