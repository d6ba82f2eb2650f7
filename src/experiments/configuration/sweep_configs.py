"""The configurations of the jobs of a sweep, composed by Hydra only where files are chosen."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from hydra._internal.config_loader_impl import get_overrides_dirname
from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.configuration.schema import CHOSEN_BY_NAME


@dataclass(frozen=True)
class Composed:
    """A configuration as Hydra composed it, of which only copies are used, and its overrides."""

    config: DictConfig
    overrides: Sequence[Override]


class SweepConfigs:
    """Composes the jobs of a sweep: Hydra's 0.1 s are spent once for jobs that differ in numbers.

    Jobs with the same overrides, up to the numbers that they give to options, have the same files
    and the same interpolations. Their numbers are put into copies of one configuration, in the way
    in which Hydra does it.
    """

    def __init__(self, loader: ConfigLoader, sweep: DictConfig) -> None:
        self._loader = loader
        self._sweep = sweep
        self._parser = OverridesParser.create()
        self._composed: dict[tuple[str, ...], Composed] = {}

    def compose(self, words: Sequence[str]) -> DictConfig:
        """Return the configuration that Hydra composes for a job, with Hydra's own node."""
        overrides = self._parser.parse_overrides(list(words))
        numbers = _numbers(overrides)
        shape = tuple(
            each.key_or_group if each in numbers else word
            for word, each in zip(words, overrides, strict=True)
        )
        if shape not in self._composed:
            composed = self._loader.load_sweep_config(self._sweep, list(words))
            self._composed[shape] = Composed(composed, overrides)
        try:
            return _changed(self._composed[shape], overrides)
        except OmegaConfBaseException:  # Hydra's own error names the override
            return self._loader.load_sweep_config(self._sweep, list(words))


def _numbers(overrides: Sequence[Override]) -> list[Override]:
    """Return the overrides that give a number to an option, and do not touch another override."""
    keys = [each.key_or_group for each in overrides if each.key_or_group not in CHOSEN_BY_NAME]
    return [
        each
        for each in overrides
        if each.type is OverrideType.CHANGE
        and each.package is None
        and not each.is_hydra_override()
        and isinstance(each.value(), int | float)
        and sum(_touch(each.key_or_group, key) for key in keys) == 1
    ]


def _touch(key: str, other: str) -> bool:
    """Return whether one key is the other, or a part of it."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")


def _changed(composed: Composed, overrides: Sequence[Override]) -> DictConfig:
    """Return a copy of a configuration with the numbers of other overrides."""
    config = copy.deepcopy(composed.config)
    for before, each in zip(composed.overrides, overrides, strict=True):
        if each.input_line != before.input_line:
            OmegaConf.update(config, each.key_or_group, each.value(), merge=True)
    task = [each for each in overrides if not each.is_hydra_override()]
    config.hydra.overrides.task = [each.input_line for each in task]
    names = config.hydra.job.config.override_dirname
    config.hydra.job.override_dirname = get_overrides_dirname(
        overrides=task,
        kv_sep=names.kv_sep,
        item_sep=names.item_sep,
        exclude_keys=names.exclude_keys,
    )
    return config
