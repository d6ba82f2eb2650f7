"""From a row of a frame back to the settings of its run: choices, options, and an experiment."""

import json
import math
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from experiments.configuration import (
    CONF,
    GROUPS,
    Experiment,
    build,
    choices,
    compose,
    override,
    recorded_config,
)
from experiments.recording import parameters
from experiments.results.frames import CLASSES, OUTPUTS, RATE, ROOT
from experiments.results.grids import Setting, Settings
from experiments.results.splits import OWN_SPLIT, SPLIT

ALIKE = ("dataset", "initializer", "schedule")
"""The groups of which the default learning rates know one choice only, the default."""
AnyRow: TypeAlias = "pd.Series | Mapping[str, Any]"
"""A row of a frame of runs, as a Series or as a dict."""
SIZES = "architecture.sizes"
"""The option that is given instead of an architecture without a file in conf/."""
FIT = "architecture.fit"
"""The option that gives the first and the last layer the sizes of the data."""


def choices_of(run: AnyRow, *, architecture_by_name: bool) -> dict[str, Setting]:
    """Return the choice in each group of conf/.

    An architecture whose first and last layer only differ from those of a file in conf/ is that
    file, which fits the data. Any other one without a file is given by its sizes, and with
    ``architecture_by_name`` false every architecture is.
    """
    chosen: dict[str, Setting] = {group: str(run[group]) for group in GROUPS}
    name = str(run["architecture"])
    file = architecture_file(name) if architecture_by_name else None
    if file is None:
        del chosen["architecture"]
        chosen[SIZES] = tuple(map(int, name.split("-")))
    elif file != name:
        chosen |= {"architecture": file, FIT: True}
    return chosen


def changed_options(run: AnyRow, chosen: Settings) -> list[str]:
    """Return the keys of the options of a run that are not the defaults for its choices."""
    return [
        key
        for key, default in defaults(chosen).items()
        if key not in (*GROUPS, SIZES, "seed")
        and value_of(run, key) is not None
        and (key == ROOT or run[key] != default)
    ]


def changed_from_defaults(run: AnyRow) -> set[str]:
    """Return the keys of a run whose values are not the defaults, given its network and optimizer.

    An architecture without a file in conf/ is one of them.
    """
    chosen = choices_of(run, architecture_by_name=True)
    usual = defaults({})
    others = {group for group in ALIKE if chosen[group] != usual[group]}
    return others | {*changed_options(run, chosen)} | ({SIZES} & {*chosen})


def settings(run: AnyRow, chosen: Settings, keys: Collection[str]) -> dict[str, Setting]:
    """Return the values of a run that a command line has to give, given the keys.

    The choices come first. Keys that the run does not have are left out. The seed is always given,
    the outputs folder if it is not the default.
    """
    found: dict[str, Setting] = {}
    for key in sorted(keys, key=lambda key: (key not in chosen, key)):
        value = chosen.get(key, value_of(run, key))
        if value is not None:
            found[key] = value
    found["seed"] = int(run["seed"])
    outputs = value_of(run, OUTPUTS)
    if outputs is not None and outputs != default_outputs():
        found[OUTPUTS] = outputs
    return found


def experiment(run: AnyRow) -> Experiment:
    """Return the experiment of a run, whose images are not downloaded.

    Raise as `experiments.configuration.build` does.
    """
    chosen = choices_of(run, architecture_by_name=True)
    given = settings(run, chosen, {*chosen, *changed_options(run, chosen)})
    return build(compose([*overrides(given), "dataset.mirrors=[]"]))


def default_rate(run: AnyRow) -> float:
    """Return the default learning rate of runs with the same choices."""
    return float(defaults(choices_of(run, architecture_by_name=True))[RATE])


def defaults(chosen: Settings) -> Mapping[str, Any]:
    """Return the choices and options of a run for which only the choices are given."""
    return _defaults(tuple(overrides(chosen)))


@lru_cache(maxsize=1)
def default_outputs() -> str:
    """Return the outputs folder of conf/."""
    return str(compose().outputs)


@lru_cache(maxsize=256)
def has_file(group: str, choice: str) -> bool:
    """Return whether conf/ has a file for this choice."""
    return (CONF / group / f"{choice}.yaml").exists()


@lru_cache(maxsize=256)
def architecture_file(name: str) -> str | None:
    """Return the file in conf/ of an architecture, or of one with the same hidden layers."""
    if has_file("architecture", name):
        return name
    files = sorted(path.stem for path in (CONF / "architecture").glob("*.yaml"))
    return next((each for each in files if with_ends(each, name) == name), None)


def with_ends(architecture: str, of: str) -> str:
    """Return an architecture with the first and the last layer ``of`` another one."""
    first, *_, last = of.split("-")
    return "-".join([first, *architecture.split("-")[1:-1], last])


@lru_cache(maxsize=256)
def every_choice_has(option: str) -> bool:
    """Return whether all choices of conf/ in the group of an option have it."""
    group = option.partition(".")[0]
    names = [path.stem for path in (CONF / group).glob("*.yaml")]
    return all(option in defaults({group: name}) for name in names)


def overrides(given: Settings) -> list[str]:
    """Return settings as overrides of the command line."""
    return [word(key, value) for key, value in given.items()]


def word(key: str, *values: Setting) -> str:
    """Return the override that gives ``key`` these values. A split seed may be `OWN_SPLIT`."""
    return (
        f"{key}={OWN_SPLIT}" if key == SPLIT and values == (OWN_SPLIT,) else override(key, *values)
    )


def value_of(run: AnyRow, key: str) -> Setting | None:
    """Return the value of a column as the command line takes it; None if it is missing.

    A whole number is an integer: options that are integers are floats in a column in which some
    runs have no value.
    """
    value = run.get(key)
    if key == CLASSES and isinstance(value, str):
        return tuple(json.loads(value))
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    return value if isinstance(value, str | int) else None


@lru_cache(maxsize=256)
def _defaults(given: tuple[str, ...]) -> Mapping[str, Any]:
    config = compose(given)
    return parameters(choices(config.hydra), recorded_config(config))
