"""The configuration that a run records."""

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec
from omegaconf import DictConfig, OmegaConf

from experiments.configuration.schema import DESCRIBED
from experiments.configuration.store_address import absolute_uri
from experiments.errors import ConfigError
from experiments.recording import RecordedConfig

RECORDED = (*DESCRIBED, "tracking")
"""The keys that a run records."""


def recorded_config(config: DictConfig, sizes: Sequence[int] | None = None) -> RecordedConfig:
    """Return the configuration that a run records: its experiment, and its MLflow store.

    ``sizes`` are those of the network, if they may be the data's. All interpolations are resolved.
    The paths of an SQLite store and of its artifacts are made
    absolute, because other processes use them too. Raise ConfigError for a wrong type.
    """
    resolved = {key: resolved_value(config, key) for key in RECORDED}
    tracking = resolved["tracking"]
    if tracking["uri"] is not None:
        tracking["uri"] = absolute_uri(tracking["uri"])
        tracking["artifacts"] = str(Path(tracking["artifacts"]).absolute())
    if sizes is not None:
        resolved["architecture"]["sizes"] = list(sizes)
    tracking["outputs"] = str(Path(config.outputs).absolute())
    return _recorded(resolved)


def changed_record(
    before: RecordedConfig, config: DictConfig, changed: Collection[str]
) -> RecordedConfig:
    """Return the record of a configuration that differs in the ``changed`` keys only."""
    others = {key: resolved_value(config, key) for key in changed}
    return _recorded(msgspec.to_builtins(before) | others)


def _recorded(resolved: Mapping[str, Any]) -> RecordedConfig:
    try:
        return msgspec.convert(resolved, RecordedConfig)
    except msgspec.ValidationError as error:
        raise ConfigError(str(error)) from None


def resolved_value(config: DictConfig, key: str) -> Any:
    """Return the value of a key with its interpolations resolved, and names for enumerations."""
    value = config[key]
    if OmegaConf.is_config(value):
        return OmegaConf.to_container(value, resolve=True, enum_to_str=True)
    return value.name if isinstance(value, Enum) else value
