"""The commands that make given runs, or more like them."""

import itertools
import math
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from omegaconf import MISSING, DictConfig

from experiments.configuration.config import (
    CONF,
    GROUPS,
    Experiment,
    build,
    choices,
    plain,
    register,
)
from experiments.recording.parameters import parameters

SIZES = "architecture.sizes"
RATE = "optimizer.learning_rate"
OUTPUTS = "outputs"
PLAIN = re.compile(r"[\w./+-]+|\[[\d,]+\]", re.ASCII)
"""What needs no quotes in Hydra's grammar: words, paths, numbers, layer sizes."""

Words = dict[str, str]
"""What is said on a command line, by key."""


def commands(runs: pd.DataFrame) -> list[str]:
    """Return the fewest commands found that do ``runs``, rows of `experiments.results.results.runs`.

    Done again, they do what is missing.
    """
    rows = runs.to_dict("records")
    files = _all_are_files(rows)
    named = [(run, _choices(run, files)) for run in rows]
    needed = {key for run, chosen in named for key in _differing(run, chosen)}
    needed |= {key for key in GROUPS if len({chosen.get(key) for _, chosen in named}) > 1}
    needed |= {key for _, chosen in named for key in chosen if _is_chosen(key, chosen[key])}
    said = [(*_said(run, chosen, needed), *_outputs(run)) for run, chosen in named]
    return [_line(grid) for grid in _grids([dict(each) for each in dict.fromkeys(said)])]


def with_seeds(runs: pd.DataFrame, seeds: Iterable[int]) -> pd.DataFrame:
    """Return each of ``runs`` with each of ``seeds``."""
    return pd.concat([runs.assign(seed=seed) for seed in seeds])


def with_choices(
    run: pd.Series, group: str, seeds: Iterable[int], among: Sequence[str] = ()
) -> list[str]:
    """Return the commands that do a run with every choice of a group, whose options are its own.

    ``among`` are the choices, if not all.
    """
    known = sorted(among or (path.stem for path in (CONF / group).glob("*.yaml")))
    own = [column for column in run.index if column.startswith(f"{group}.") or column == RATE]
    rows = [run.drop(own).to_dict() | {group: choice} for choice in known]
    return commands(with_seeds(pd.DataFrame(rows), seeds))


def default_rate(run: Mapping[str, Any]) -> float:
    """Return the learning rate that a run with the same choices has by default."""
    return float(_usual(tuple(_choices(run, files=True).items()))[RATE])


def experiment(run: Mapping[str, Any]) -> Experiment:
    """Return what a run does, built from its row; raises as `experiments.configuration.config.build` does."""
    chosen = _choices(run, files=True)
    said = _said(run, chosen, {*chosen, *_differing(run, chosen)})
    return build(_composed(said))


def _choices(run: Mapping[str, Any], files: bool) -> Words:
    """Return the choice in each group; without ``files`` sizes take the architecture's place."""
    chosen = {group: str(run[group]) for group in GROUPS}
    if not files or not _is_file("architecture", chosen["architecture"]):
        chosen[SIZES] = f"[{chosen.pop('architecture').replace('-', ',')}]"
    return chosen


def _all_are_files(rows: Iterable[Mapping[str, Any]]) -> bool:
    return all(_is_file("architecture", str(run["architecture"])) for run in rows)


@lru_cache(maxsize=256)
def _is_file(group: str, choice: str) -> bool:
    return (CONF / group / f"{choice}.yaml").exists()


def _is_chosen(key: str, choice: str) -> bool:
    """Whether a choice is not what is chosen without a word."""
    return _usual(()).get(key) != choice


def _differing(run: Mapping[str, Any], chosen: Words) -> list[str]:
    """Return the options of a run that are not the defaults of its choices."""
    usual = _usual(tuple(chosen.items()))
    return [
        key
        for key, default in usual.items()
        if key not in (*GROUPS, SIZES, "seed")
        and _is_known(run.get(key))
        and (default == MISSING if key.startswith("dataset.root") else run[key] != default)
    ]


def _is_known(value: Any) -> bool:
    is_nan = isinstance(value, float) and math.isnan(value)
    return isinstance(value, str | int | float | np.generic) and not is_nan


def _said(
    run: Mapping[str, Any], chosen: Words, needed: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    """Return what has to be said to get a run, given the keys that are needed for some run."""
    values = {**run, **chosen}
    keys = sorted(needed, key=lambda key: (key not in chosen, key))
    said = [(key, _word(values[key])) for key in keys if _is_known(values.get(key))]
    return (*said, ("seed", str(run["seed"])))


def _outputs(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return where a run is recorded, if it has to be said."""
    folder = run.get(OUTPUTS)
    return (
        [] if not _is_known(folder) or folder == _default_outputs() else [(OUTPUTS, _word(folder))]
    )


@lru_cache(maxsize=1)
def _default_outputs() -> str:
    return str(_composed(()).outputs)


def _word(value: Any) -> str:
    """Return a value as Hydra's grammar takes it.

    A whole number is written without a point: in a frame, where some runs lack it, it is a float.
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and not PLAIN.fullmatch(value):
        return "'" + re.sub(r"(\\*)'", r"\1\1\'", value) + "'"
    return str(value)


@lru_cache(maxsize=256)
def _usual(chosen: tuple[tuple[str, str], ...]) -> Mapping[str, Any]:
    """Return the choices and options of a run for which nothing but ``chosen`` is said."""
    config = _composed(chosen)
    return parameters({"config": plain(config), "choices": choices(config.hydra)})


def _composed(said: Sequence[tuple[str, str]]) -> DictConfig:
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose("config", [f"{k}={v}" for k, v in said], return_hydra_config=True)
    HydraConfig.instance().set_config(config)
    return config


def _grids(said: Sequence[Words]) -> list[list[Words]]:
    """Return ``said`` in as few parts as can be found that are each a whole grid."""
    if len({tuple(each) for each in said}) == 1:
        n_values = [len({each[key] for each in said}) for key in said[0]]
        if math.prod(n_values) == len(said):
            return [list(said)]
    keys = [key for key in dict.fromkeys(itertools.chain(*said)) if _splits(said, key)]
    best: list[list[Words]] = []
    for key in keys:
        if key == "seed" and best:
            continue
        parts = [grid for part in _by(said, key) for grid in _grids(part)]
        if not best or len(parts) < len(best):
            best = parts
        if len(best) == len(_by(said, key)):
            break  # it does not get better
    return best


def _by(said: Sequence[Words], key: str) -> list[list[Words]]:
    parts: dict[str | None, list[Words]] = {}
    for each in said:
        parts.setdefault(each.get(key), []).append(each)
    return list(parts.values())


def _splits(said: Sequence[Words], key: str) -> bool:
    return len({each.get(key) for each in said}) > 1


def _line(grid: Sequence[Words]) -> str:
    """Return the command for a whole grid."""
    words = []
    for key in grid[0]:
        values = list(dict.fromkeys(each[key] for each in grid))
        words.append(f"{key}={_range(values) if key == 'seed' else ','.join(values)}")
    return " ".join(["python run.py -m", *map(shlex.quote, words)])


def _range(seeds: Sequence[str]) -> str:
    """Return seeds as the command line takes them, in short where they follow each other."""
    numbers = sorted(map(int, seeds))
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        start = f"{numbers[0]}," if numbers[0] else ""
        return f"range({start}{numbers[-1] + 1})"
    return ",".join(map(str, numbers))
