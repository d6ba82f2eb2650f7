"""Check the interpolations of a configuration, such as `${learning_rates.relu.ce.adam}`."""

import os
import re
from collections.abc import Iterator
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.configuration.messages import in_plain_words
from experiments.errors import ConfigError

VARIABLE = re.compile(r"\$\{oc\.env:(?P<name>\w+)")
"""The beginning of an interpolation of an environment variable."""


def check_interpolations(config: DictConfig) -> None:
    """Raise ConfigError, which names the key, if an interpolation has no value.

    If other values depend on that key, they have no value either, and are not named.
    """
    texts = dict(interpolated(config))
    reasons = {key: reason for key in texts if (reason := _reason(config, key))}
    if reasons:
        named = "|".join(map(re.escape, reasons))
        first = [key for key in reasons if not re.search(rf"\$\{{({named})}}", texts[key])]
        key = (first or list(reasons))[0]
        raise ConfigError(f"{key}: {reasons[key]}; give it one with {key}=...")


def interpolated(config: DictConfig) -> Iterator[tuple[str, str]]:
    """Yield the keys whose value contains an interpolation, with that value; not Hydra's keys."""
    return _interpolated("", OmegaConf.to_container(config, resolve=False))


def variable_in(node: DictConfig, key: str) -> str:
    """Return the environment variable that gives a key its value; nothing if none does."""
    values = OmegaConf.to_container(node, resolve=False)
    found = VARIABLE.match(str(values.get(key))) if isinstance(values, dict) else None
    return found["name"] if found and found["name"] in os.environ else ""


def _reason(config: DictConfig, key: str) -> str:
    """Return why the value of a key cannot be found; nothing if it can."""
    try:
        OmegaConf.select(config, key)
    except OmegaConfBaseException as error:
        return in_plain_words(str(error).splitlines()[0])
    return ""


def _interpolated(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the keys below ``key`` whose value contains an interpolation, with that value."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name != "hydra":
                yield from _interpolated(f"{key}.{name}" if key else str(name), each)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _interpolated(f"{key}[{number}]", each)
    elif isinstance(value, str) and "${" in value:
        yield key, value
