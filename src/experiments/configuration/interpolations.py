"""Check the interpolations of a configuration, such as `${learning_rates.relu.ce.adam}`."""

from collections.abc import Iterator
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.configuration.messages import in_plain_words
from experiments.errors import ConfigError


def check_interpolations(config: DictConfig) -> None:
    """Raise ConfigError, which names the key, if an interpolation has no value."""
    for key in _interpolated("", OmegaConf.to_container(config, resolve=False)):
        try:
            OmegaConf.select(config, key)
        except OmegaConfBaseException as error:
            reason = in_plain_words(str(error).splitlines()[0])
            raise ConfigError(f"{key}: {reason}; give it one with {key}=...") from None


def _interpolated(key: str, value: Any) -> Iterator[str]:
    """Yield the keys below ``key`` whose value contains an interpolation."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name != "hydra":
                yield from _interpolated(f"{key}.{name}" if key else str(name), each)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _interpolated(f"{key}[{number}]", each)
    elif isinstance(value, str) and "${" in value:
        yield key
