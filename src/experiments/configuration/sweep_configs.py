"""The configurations of the jobs of a sweep, composed by Hydra only where files are chosen."""

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.configuration.dependents import Dependents, touch
from experiments.configuration.schema import CHOSEN_BY_NAME

WHOLE_NUMBER = re.compile(r"(?P<key>[A-Za-z_][\w.]*)=(?P<number>0|-?[1-9][0-9]{,18})", re.ASCII)
"""An override that gives an option a whole number, in its plainest form."""
Shape = tuple[str, ...]
"""The overrides of a job, without the numbers that they give to options."""


@dataclass(frozen=True)
class JobConfig:
    """The configuration of a job, valid until the next job is composed.

    Jobs of the same ``shape`` choose the same files. If ``changed`` is not None, the job differs
    from the first of its shape only in the values below these keys of conf/config.yaml.
    """

    config: DictConfig
    overrides: Sequence[str]
    shape: Shape
    changed: frozenset[str] | None = None


@dataclass
class _Shape:
    """The jobs of one shape: a configuration, whose numbers are those of the newest of them."""

    config: DictConfig
    first: Sequence[Override]
    dependents: Dependents = field(init=False)

    def __post_init__(self) -> None:
        self.dependents = Dependents(self.config)


class SweepConfigs:
    """Composes the jobs of a sweep: Hydra's 0.1 s are spent once for jobs that differ in numbers.

    Jobs with the same overrides, up to the numbers that they give to options, have the same files
    and the same interpolations. Their numbers are put into one configuration, one job after the
    other, in the way in which Hydra does it.
    """

    def __init__(self, loader: ConfigLoader, sweep: DictConfig) -> None:
        self._loader = loader
        self._sweep = sweep
        self._parser = OverridesParser.create()
        self._parsed: dict[str, Override] = {}
        self._with_number: dict[str, Override] = {}  # by the key
        self._shapes: dict[Shape, _Shape] = {}

    def compose(self, words: Sequence[str]) -> JobConfig:
        """Return the configuration that Hydra composes for a job.

        It has Hydra's own node, but if only numbers changed, that node is the first job's.
        """
        overrides = [self._parse(word) for word in words]
        task = [each.input_line or "" for each in overrides if not each.is_hydra_override()]
        numbers = _numbers(overrides)
        shape = tuple(
            each.key_or_group if each in numbers else word
            for word, each in zip(words, overrides, strict=True)
        )
        same = self._shapes.get(shape)
        changed = _change(same, numbers) if same else None
        if same and changed is not None:
            return JobConfig(same.config, task, shape, changed)
        config = self._loader.load_sweep_config(self._sweep, list(words))
        if same is None:
            self._shapes[shape] = _Shape(config, numbers)
        return JobConfig(config, task, shape)

    def _parse(self, word: str) -> Override:
        """Return an override as Hydra reads it.

        Those that give a key whole numbers differ in the number only, so Hydra, which takes 0.4 ms,
        reads only the first of them.
        """
        if word not in self._parsed:
            plain = WHOLE_NUMBER.fullmatch(word)
            before = self._with_number.get(plain["key"]) if plain else None
            if plain and before:
                number = int(plain["number"])
                self._parsed[word] = dataclasses.replace(before, _value=number, input_line=word)
            else:
                self._parsed[word] = self._parser.parse_override(word)
            if plain:
                self._with_number[plain["key"]] = self._parsed[word]
        return self._parsed[word]


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
        and sum(touch(each.key_or_group, key) for key in keys) == 1
    ]


def _change(same: _Shape, numbers: Sequence[Override]) -> frozenset[str] | None:
    """Put numbers into the configuration of their shape; return the keys with other values.

    They are keys of conf/config.yaml. Return None if these cannot be known, and if a number does
    not fit: Hydra's own error names the override.
    """
    keys = [
        each.key_or_group
        for before, each in zip(same.first, numbers, strict=True)
        if each.input_line != before.input_line
    ]
    changed = same.dependents.of(keys)
    if changed is None:
        return None
    try:
        for each in numbers:
            OmegaConf.update(same.config, each.key_or_group, each.value(), merge=True)
    except OmegaConfBaseException:
        return None
    return changed
