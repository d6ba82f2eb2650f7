"""Check the words of a command line before Hydra composes them: each must be an override."""

import math
import re
import shlex
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, Override
from hydra.errors import HydraException

from experiments.configuration.command_line import override
from experiments.configuration.schema import GROUPS
from experiments.errors import ConfigError

CHOSEN_BY_NAME = (*GROUPS, "tracking")
"""The groups of conf/, of which a file is chosen by its name."""
EVALUATED = re.compile(r"\w+ while evaluating '(?P<call>.*)': (?P<problem>.*)")
"""Hydra's message about a function in an override: the call, and the problem."""
MOST_VALUES = 100_000
"""The most values of an override, and runs of a sweep. More would fill the memory."""
TEXTS = ("outputs", "tracking.", "dataset.root", "dataset.name")
"""The beginnings of the keys of options that hold text."""
LONGEST = 200
"""Characters of a word in a message."""


def check_overrides(words: Sequence[str], *, multirun: bool = False) -> None:
    """Raise ConfigError, which names the word, unless every word is an override.

    Without ``multirun`` an override has one value only.
    """
    for word in words:
        _check(word, multirun=multirun)


def _check(word: str, *, multirun: bool) -> None:
    parsed = _parsed(word)
    key = parsed.key_or_group
    if not key:
        raise ConfigError(f"{_short(word)}: the key is missing; write KEY=VALUE")
    if parsed.is_sweep_override():
        if not multirun:
            raise ConfigError(f"{_short(word)}: several values need -m{_text_of(word)}")
        return
    value = parsed.value()
    if key in CHOSEN_BY_NAME and not parsed.is_delete() and not _is_name(value):
        is_sizes = key == "architecture" and isinstance(value, list)
        hint = f"; sizes are written architecture.sizes={_part(word)[1]}" if is_sizes else ""
        raise ConfigError(
            f"{_short(word)}: write the name of a file in conf/{key}/, without .yaml{hint}"
        )


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""


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


@lru_cache(maxsize=4096)
def _parsed(word: str) -> Override:
    """Return an override as Hydra reads it. Raise ConfigError if Hydra cannot read it."""
    try:
        return override_parser().parse_override(word)
    except (HydraException, ValueError, TypeError, AttributeError, RecursionError) as error:
        evaluated = EVALUATED.fullmatch(str(error).partition("\n")[0])
        if evaluated and not evaluated["problem"].startswith("Unknown function"):
            call, problem = evaluated.group("call", "problem")
            place = "" if call == _part(word)[1] else f"{call}: "
            raise ConfigError(f"{_short(word)}: {place}{problem}") from None
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
