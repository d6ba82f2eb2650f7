"""Divide runs into grids that one sweep command each can produce."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Setting: TypeAlias = str | int | float | tuple[int, ...] | tuple[str, ...]
"""A value on the command line. A tuple is a list of layer sizes."""
Settings: TypeAlias = Mapping[str, Setting]
"""The values that a command line gives for one run, by key."""


def grids(runs: Sequence[Settings]) -> list[list[Settings]]:
    """Return ``runs``, which are distinct, as the fewest grids that are found.

    The runs of a grid have the same keys, in the same order.
    """
    if _is_grid(runs):
        return [list(runs)]
    best: list[list[Settings]] = []
    for key in _differing_keys(runs):
        if key == "seed" and best:
            continue  # a sweep over seeds is kept whole
        parts = _parts(runs, key)
        found = [grid for part in parts for grid in grids(part)]
        if not best or len(found) < len(best):
            best = found
        if len(best) == len(parts):
            break  # no other key gives fewer grids
    return best


def _is_grid(runs: Sequence[Settings]) -> bool:
    if len({tuple(run) for run in runs}) > 1:
        return False
    n_combinations = math.prod(len({run[key] for run in runs}) for key in runs[0])
    return n_combinations == len(runs)


def _differing_keys(runs: Sequence[Settings]) -> list[str]:
    """Return the keys whose values differ, or that some runs lack."""
    keys = dict.fromkeys(itertools.chain(*runs))
    return [key for key in keys if len({run.get(key) for run in runs}) > 1]


def _parts(runs: Sequence[Settings], key: str) -> list[list[Settings]]:
    """Return the runs grouped by their value of a key."""
    parts: dict[Setting | None, list[Settings]] = {}
    for run in runs:
        parts.setdefault(run.get(key), []).append(run)
    return list(parts.values())
