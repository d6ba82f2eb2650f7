"""Hydra's own options: read its overrides, and refuse options that do nothing in this project."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from experiments.configuration.chosen_files import check_names, chosen_files, defaults
from experiments.configuration.hydra_parts import check_parts
from experiments.configuration.hydra_words import (
    OF_A_SWEEP,
    ONE_AT_A_TIME,
    WITHOUT_EFFECT,
    refusal,
)
from experiments.configuration.places import CONF
from experiments.errors import ConfigError

NO_LOG = {"version": 1, "root": None, "disable_existing_loggers": False}
"""The logging that conf/config.yaml chooses: none."""


def overrides_of(hydra: DictConfig, part: str) -> list[str]:
    """Return the overrides of the command line as they were written.

    ``part`` is `task` for those of this project, `hydra` for those of Hydra's own options.
    """
    return cast(list[str], _value(_raw(hydra.overrides), part))


def own_config_dir(hydra: DictConfig) -> str:
    """Return the folder that `--config-dir` named; an empty text if it named none."""
    sources = hydra.runtime.config_sources
    return next((each.path for each in sources if each.provider == "command-line"), "")


def check_hydra_options(hydra: DictConfig) -> None:
    """Raise ConfigError for an option in Hydra's own node that does nothing here.

    `check_overrides` has checked those of the command line. Nor may a file be chosen in vain.
    """
    raw = _raw(hydra)
    for option in WITHOUT_EFFECT:
        value = _value(raw, option)
        if value and value != _value(_usual(), option):
            shown = "" if isinstance(value, dict) else f"={value}"
            raise refusal(f"hydra.{option}{shown}", option)
    check_parts(raw, multirun=hydra.mode is RunMode.MULTIRUN)
    check_names(hydra)
    _check_choices_in_files(hydra)


def check_same_for_all(hydra: DictConfig, of_the_sweep: DictConfig, words: Sequence[str]) -> None:
    """Raise ConfigError if a job has other options for its launcher or sweeper than the sweep.

    They come from a file of conf/ which is one of several in the sweep, so Hydra drops them.
    ``hydra`` is the node of the job, ``words`` are its overrides.
    """
    for part in OF_A_SWEEP:
        if hydra[part] != of_the_sweep[part]:
            raise ConfigError(
                f"{' '.join(words)}: sets hydra.{part}, which counts only if the file is chosen for"
                " all runs of the sweep; choose one file, or write the option on the command line"
            )


def _check_choices_in_files(hydra: DictConfig) -> None:
    """Raise ConfigError if a chosen file chooses another launcher, sweeper or logging.

    Hydra ignores that choice, because conf/config.yaml has made it.
    """
    of_command = {word.partition("=")[0] for word in overrides_of(hydra, "hydra")}
    for group, (file, *_) in chosen_files(hydra):
        for key, wanted in _overridden(file) if group or file.parent != CONF else ():
            used = hydra.runtime.choices.get(key)
            if key.startswith("hydra/") and key not in of_command and wanted != used:
                raise ConfigError(
                    f"{Path(group) / file.name}: its choice {key}={wanted} does nothing, because"
                    f" conf/config.yaml chooses {used}; {_instead(key, wanted)}"
                )


def _instead(key: str, wanted: str) -> str:
    """Return the advice to give instead of a choice of Hydra's in a file."""
    if key == "hydra/sweeper" and wanted != "basic":  # which is refused, too
        return f"write {key}={wanted} on the command line"
    return ONE_AT_A_TIME if key == "hydra/launcher" else "leave it out"


def _overridden(file: Path) -> Iterator[tuple[str, Any]]:
    """Yield the groups and the names in the lines `override GROUP: NAME` of a file."""
    for each in defaults(file):
        for key, name in each.items() if isinstance(each, dict) else ():
            kind, _, group = str(key).partition(" ")
            if kind == "override":
                yield group.strip().lstrip("/"), name


@cache
def _usual() -> dict[str, Any]:
    """Return the options of Hydra that conf/config.yaml sets."""
    ours = _raw(cast(DictConfig, OmegaConf.load(CONF / "config.yaml")).hydra)
    return {**ours, "job_logging": NO_LOG, "hydra_logging": NO_LOG}


def _raw(node: DictConfig) -> dict[str, Any]:
    """Return the values of a node, with interpolations as they were written."""
    return cast(dict[str, Any], OmegaConf.to_container(node, resolve=False))


def _value(values: dict[str, Any], path: str) -> Any:
    """Return the value at a path; None if it is missing."""
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found
