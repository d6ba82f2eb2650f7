"""Hydra's own options: read its overrides, and refuse options that do nothing in this project."""

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from experiments.configuration.compose import CONF
from experiments.errors import ConfigError

HONOURED = (
    "callbacks",
    "hydra_logging",
    "job_logging",
    "launcher",
    "mode",
    "searchpath",
    "sweeper",
)
"""The parts of Hydra's node that a command may change."""
WITHOUT_EFFECT = {
    "run.dir": "; records are in `outputs`",
    "sweep.dir": "; records are in `outputs`",
    "sweep.subdir": "; records are in `outputs`",
    "output_subdir": "; the configuration is in the journal of the run",
    "job.chdir": "; the working directory stays the same",
    "job.env_set": "; set environment variables in the shell",
    "job.env_copy": "; all environment variables are kept",
}
"""Options that a file of conf/ may set by mistake, and what happens instead."""


def overrides_of(hydra: DictConfig, part: str) -> list[str]:
    """Return the overrides of the command line as they were written.

    ``part`` is `task` for those of this project, `hydra` for those of Hydra's own options.
    """
    return cast(list[str], _value(_raw(hydra.overrides), part))


def check_hydra_options(hydra: DictConfig) -> None:
    """Raise ConfigError for an option in Hydra's own node that does nothing here."""
    for word in overrides_of(hydra, "hydra"):
        _, *parts = word.lstrip("+~").partition("=")[0].replace("/", ".").split(".")
        if parts and parts[0].partition("@")[0] not in HONOURED:
            raise _refusal(word, ".".join(parts))
    raw = _raw(hydra)
    params = _value(raw, "sweeper.params")
    if params and hydra.mode is not RunMode.MULTIRUN:
        raise ConfigError(f"hydra.sweeper.params={params}: a sweep needs -m")
    for option in WITHOUT_EFFECT:
        value = _value(raw, option)
        if value and value != _value(_usual(), option):
            raise _refusal(f"hydra.{option}={value}", option)


def check_same_for_all(hydra: DictConfig, of_the_sweep: DictConfig, words: Sequence[str]) -> None:
    """Raise ConfigError if a job has other options for its launcher or sweeper than the sweep.

    They come from a file of conf/ which is one of several in the sweep, so Hydra drops them.
    ``hydra`` is the node of the job, ``words`` are its overrides.
    """
    for part in ("launcher", "sweeper"):
        if hydra[part] != of_the_sweep[part]:
            raise ConfigError(
                f"{' '.join(words)}: sets hydra.{part}, which counts only if the file is chosen for"
                " all runs of the sweep; choose one file, or write the option on the command line"
            )


def _refusal(word: str, option: str) -> ConfigError:
    known = WITHOUT_EFFECT.get(option, "")
    return ConfigError(f"{word}: this option of Hydra does nothing here{known}")


@cache
def _usual() -> dict[str, Any]:
    """Return the options of Hydra that conf/config.yaml sets."""
    return _raw(cast(DictConfig, OmegaConf.load(CONF / "config.yaml")).hydra)


def _raw(node: DictConfig) -> dict[str, Any]:
    """Return the values of a node, with interpolations as they were written."""
    return cast(dict[str, Any], OmegaConf.to_container(node, resolve=False))


def _value(values: dict[str, Any], path: str) -> Any:
    """Return the value at a path; None if it is missing."""
    found: Any = values
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found
