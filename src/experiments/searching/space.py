"""The space of a search: one dimension per override with an interval or with several values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import optuna
from hydra.core.override_parser.types import IntervalSweep, Override
from omegaconf import DictConfig, OmegaConf

from experiments.configuration import override
from experiments.errors import ConfigError

DIGITS = 3
"""Significant digits of a value from an interval. More would make commands long, not better."""
SEEDS = ("seed", "dataset.split_seed")
"""Options of which no value is better than another."""


@dataclass(frozen=True)
class Interval:
    """The numbers from ``low`` to ``high``, whole numbers if both are; ``log``: on a log scale."""

    key: str
    low: int | float
    high: int | float
    log: bool = False

    @property
    def ends(self) -> list[str]:
        """The overrides of the first and the last number."""
        return [override(self.key, self.low), override(self.key, self.high)]

    def suggest(self, trial: optuna.Trial) -> str:
        """Return the override of the number that a trial has, with `DIGITS` digits."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            number = trial.suggest_int(self.key, self.low, self.high, log=self.log)
            return override(self.key, number)
        exact = trial.suggest_float(self.key, self.low, self.high, log=self.log)
        short = float(f"{exact:.{DIGITS}g}")
        return override(self.key, min(max(short, self.low), self.high))


@dataclass(frozen=True)
class Choice:
    """A few values, as overrides; ``ordered`` if they are numbers, the smallest first."""

    key: str
    words: tuple[str, ...]
    ordered: bool = False

    @property
    def ends(self) -> list[str]:
        """The overrides of all values."""
        return list(self.words)

    def suggest(self, trial: optuna.Trial) -> str:
        """Return the override of the value that a trial has."""
        if self.ordered:
            return self.words[trial.suggest_int(self.key, 0, len(self.words) - 1)]
        return str(trial.suggest_categorical(self.key, self.words))


Dimension: TypeAlias = Interval | Choice
"""An option that a search varies."""
Part: TypeAlias = str | Dimension
"""An override of all trials, or a dimension."""


def dimensions(overrides: Sequence[Override], config: DictConfig) -> list[Part]:
    """Return the overrides of a command in their order, each with several values as a dimension.

    ``config`` is the configuration without them: an interval of an option that is a whole number
    there is one of whole numbers. Raise ConfigError, which names the override, for a space that
    cannot be searched, and if there is nothing to search.
    """
    parts = [_part(each, config) for each in overrides]
    keys = [each.key for each in parts if not isinstance(each, str)]
    if twice := [key for key in keys if keys.count(key) > 1]:
        raise ConfigError(f"{twice[0]}: is searched twice; write it once")
    if not keys:
        raise ConfigError(
            "hydra/sweeper=optuna: there is nothing to search; give an option several values, for"
            " example 'optimizer.learning_rate=tag(log,interval(0.001,1))'"
        )
    return parts


def probes(parts: Sequence[Part]) -> list[list[str]]:
    """Return jobs in which each dimension has each of its `ends` once, the others their first.

    A search whose probes are right can hardly have a wrong trial.
    """
    first = [each if isinstance(each, str) else each.ends[0] for each in parts]
    others = [
        [*first[:place], end, *first[place + 1 :]]
        for place, each in enumerate(parts)
        if not isinstance(each, str)
        for end in each.ends[1:]
    ]
    return [first, *others]


def _part(given: Override, config: DictConfig) -> Part:
    """Return an override as a part of the space. Raise ConfigError if it cannot be searched."""
    key = given.get_key_element()
    if not given.is_sweep_override():
        return f"{key}={given.get_value_element_as_str()}"
    word = given.input_line
    if given.key_or_group in SEEDS:
        raise ConfigError(
            f"{word}: a search over seeds finds the luckiest one; leave one seed, and compare the"
            " best trial on several seeds afterwards"
        )
    value = given.value()
    if isinstance(value, IntervalSweep):
        return _interval(given, value, config)
    words = [f"{key}={text}" for text in given.sweep_string_iterator()]
    if not words:
        raise ConfigError(f"{word}: has no values, so the search has no trials")
    numbers = [_number(text.partition("=")[2]) for text in words]
    if any(number is None for number in numbers):
        return Choice(key, tuple(dict.fromkeys(words)))
    by_number = dict(sorted(zip(numbers, words, strict=True)))
    return Choice(key, tuple(by_number.values()), ordered=True)


def _interval(given: Override, value: IntervalSweep, config: DictConfig) -> Interval:
    """Return an interval of an option. Raise ConfigError if it is none."""
    assert value.start is not None  # noqa: S101 - Hydra's parser needs both; for mypy
    assert value.end is not None  # noqa: S101
    low, high, log = value.start, value.end, "log" in value.tags
    word = given.input_line
    if others := value.tags - {"log"}:
        raise ConfigError(f"{word}: an interval can have the tag log, not {min(others)}")
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ConfigError(f"{word}: both ends of an interval must be finite")
    present = OmegaConf.select(config, given.key_or_group)
    if isinstance(present, int) and not isinstance(present, bool):
        low, high = math.ceil(low), math.floor(high)
    if low >= high:
        raise ConfigError(f"{word}: the first end of an interval must be smaller than the second")
    if log and low <= 0:
        raise ConfigError(f"{word}: an interval with the tag log must begin above 0")
    return Interval(given.get_key_element(), low, high, log)


def _number(text: str) -> float | None:
    """Return the number that a text is; None if it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
