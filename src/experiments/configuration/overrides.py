"""Check the words of a command line before Hydra composes them: each must be an override."""

import math
import shlex
from collections.abc import Sequence
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Glob, Override, QuotedString
from hydra.errors import HydraException

from experiments.configuration.command_line import override
from experiments.configuration.functions import NESTED, contains_sweep, function_problem
from experiments.configuration.group_choices import choosable
from experiments.configuration.home import PATHS, check_home
from experiments.configuration.hydra_words import SWEEP, check_hydra_word
from experiments.configuration.schema import ADDED, CHOSEN_BY_NAME, KEYS, PARTS
from experiments.configuration.store_passwords import check_no_password
from experiments.errors import ConfigError

MOST_VALUES = 10_000
"""The most values of an override, and runs of a sweep. Checking so many takes minutes."""
TEXTS = ("outputs", "tracking.", "dataset.root", "dataset.name")
"""The beginnings of the keys of options that hold text."""
STORE = "tracking.uri"
LONGEST = 200
"""Characters of a word in a message."""


def check_overrides(words: Sequence[str], *, multirun: bool = False) -> None:
    """Raise ConfigError, which names the word, unless every word is an override.

    Without ``multirun`` an override has one value only.
    """
    multirun = multirun or SWEEP in words
    for word in words:
        _check(word, multirun=multirun)


def _check(word: str, *, multirun: bool) -> None:
    option, text = _part(word)
    if option.lstrip("+") in PATHS:
        check_home(option, text.strip("'\""))
    if option.lstrip("+") == STORE:
        check_no_password(text.strip("'\""))  # before a message shows the word
    parsed = _parsed(word)
    key = parsed.key_or_group
    if not key:
        raise ConfigError(f"{_short(word)}: the key is missing; write KEY=VALUE")
    _check_form(word, parsed)
    check_hydra_word(_short(word), parsed, multirun=multirun)
    if key in ADDED:
        _check_added(word, parsed)
    if parsed.is_sweep_override():
        if not multirun:
            raise ConfigError(f"{_short(word)}: several values need -m{_text_of(word)}")
        _check_values(word, parsed)
        return
    value = parsed.value()
    if contains_sweep(value):
        raise ConfigError(f"{_short(word)}: {NESTED}")
    if key in CHOSEN_BY_NAME:
        _check_name(word, key, value)


def _check_added(word: str, parsed: Override) -> None:
    """Raise ConfigError unless an override chooses one study, or one preset, by its name."""
    key, value = parsed.key_or_group, parsed.value()
    if not parsed.is_add() or not isinstance(value, str):
        what = "study" if key == "study" else "preset"
        raise ConfigError(f"{_short(word)}: one {what} is chosen by its name: +{key}=NAME")
    _check_part(word, key, value)


def _check_values(word: str, parsed: Override) -> None:
    """Check the values of a sweep over one option or group."""
    values = parsed.value()
    if isinstance(values, ChoiceSweep):
        if contains_sweep(values.list):
            raise ConfigError(f"{_short(word)}: {NESTED}")
        if parsed.key_or_group in CHOSEN_BY_NAME:
            for each in values.list:
                text = each.text if isinstance(each, QuotedString) else each
                _check_name(word, parsed.key_or_group, text)
    if isinstance(values, Glob) and not all(
        isinstance(each, str) for each in (*values.include, *values.exclude)
    ):
        raise ConfigError(f"{_short(word)}: glob needs names or patterns, such as glob(a*)")


def _check_name(word: str, group: str, value: Any) -> None:
    """Raise ConfigError unless a value can be the name of a file in a group."""
    if isinstance(value, str):
        _check_part(word, group, value)
    if not isinstance(value, str) or not value:
        is_sizes = group == "architecture" and isinstance(value, list)
        hint = f"; sizes are written architecture.sizes={_part(word)[1]}" if is_sizes else ""
        raise ConfigError(
            f"{_short(word)}: write the name of a file in conf/{group}/, without .yaml{hint}"
        )


def _check_part(word: str, group: str, name: str) -> None:
    """Raise ConfigError if a file in a group is only a part of the others there."""
    if name in PARTS.get(group, ()):
        raise ConfigError(
            f"{_short(word)}: conf/{group}/{name}.yaml is only a part of the other files; there"
            f" are {', '.join(choosable(group))}"
        )


def _check_form(word: str, parsed: Override) -> None:
    """Check the signs around the key: a key of conf/config.yaml can only get another value."""
    key = parsed.key_or_group
    if parsed.is_delete() and key in KEYS:
        raise ConfigError(f"{_short(word)}: {key} cannot be taken away; write {key}=VALUE")
    if key not in CHOSEN_BY_NAME:
        return
    if parsed.is_add() or parsed.is_force_add():
        raise ConfigError(f"{_short(word)}: {key} is chosen already; leave out the +")
    if parsed.package is not None:
        raise ConfigError(f"{_short(word)}: the group has a fixed place; write {key}=NAME")


def override_parser(config_loader: ConfigLoader | None = None) -> OverridesParser:
    """Return Hydra's parser of overrides, with a function `range` whose values are exact.

    Hydra 1.3.8 adds up binary fractions, so that `range(0.1,0.4,0.1)` contains 0.30000000000000004,
    and it takes the end of a descending range as one of its values when it sorts it.
    """
    parser = OverridesParser.create(config_loader)
    parser.functions.functions["range"] = _range
    return parser


def _range(
    start: int | float, stop: int | float | None = None, step: int | float = 1
) -> ChoiceSweep:
    """Return the values from ``start`` to ``stop``, without ``stop``.

    Raise HydraException unless there are between one and `MOST_VALUES` values.
    """
    first, end = (0, start) if stop is None else (start, stop)
    if any(isinstance(each, bool) for each in (first, end, step)):
        raise HydraException("true and false are no numbers")
    if not all(math.isfinite(each) for each in (first, end, step)) or not step:
        raise HydraException("every number must be finite, and the step not 0")
    exact, exact_end, exact_step = (Decimal(str(each)) for each in (first, end, step))
    number = math.ceil((exact_end - exact) / exact_step)
    if number < 1:
        raise HydraException("it has no values")
    if number > MOST_VALUES:
        raise HydraException(f"it has more than {MOST_VALUES:,} values")
    kind = int if all(isinstance(each, int) for each in (first, end, step)) else float
    return ChoiceSweep(list=[kind(exact + each * exact_step) for each in range(number)])


@cache
def _hydras_parser() -> OverridesParser:
    return OverridesParser.create()


@cache
def _our_parser() -> OverridesParser:
    return override_parser()


@lru_cache(maxsize=4096)
def _parsed(word: str) -> Override:
    """Return an override as Hydra reads it. Raise ConfigError if Hydra cannot read it."""
    try:
        _hydras_parser().parse_override(word)  # it refuses more, such as str(range(3))
        return _our_parser().parse_override(word)
    except (HydraException, ValueError, TypeError, AttributeError, RecursionError) as error:
        if problem := function_problem(error, _part(word)[1]):
            raise ConfigError(f"{_short(word)}: {problem}") from None
    if not word.strip():
        raise ConfigError(f"{word!r}: an empty word is no override; write KEY=VALUE")
    if not all(_part(word)):
        raise ConfigError(f"{_short(word)}: this is no override; write KEY=VALUE")
    raise ConfigError(f"{_short(word)}: Hydra cannot read this value{_text_of(word)}")


def _text_of(word: str) -> str:
    """Return a hint how to write the value, if it is one of an option that holds text."""
    key, value = _part(word)
    if not key.lstrip("+").startswith(TEXTS):
        return ""
    if value.startswith(("[", "{")) or len(word) > LONGEST or not value.isprintable():
        return ""
    unquoted = value.strip("'\"") or value
    try:
        quoted = override(key, unquoted)
        OverridesParser.create().parse_override(quoted)
    except (ConfigError, HydraException, ValueError, TypeError, RecursionError):
        return ""
    return f"; as text it is written {shlex.quote(quoted)}"


def _short(word: str) -> str:
    """Return a word for a message: in one line, and cut if it is very long."""
    printable = "".join(each if each.isprintable() else repr(each)[1:-1] for each in word)
    return printable if len(printable) <= LONGEST else f"{printable[:LONGEST]}..."


def _part(word: str) -> tuple[str, str]:
    """Return the key and the value of a word; the value is empty if there is no equals sign."""
    key, _, value = word.partition("=")
    return key, value
