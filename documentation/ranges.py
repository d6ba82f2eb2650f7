"""The range of an option, taken from the message that the program prints for a value outside of it.

So the reference cannot say anything else than the program does.
"""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin

from experiments.errors import UserError

WRONG = {
    int: (-1, 0, 256),
    float: (-1.0, 0.0, 1.0, 2.0, math.inf),
    str: ("",),
    list[int]: ([], [0, 10], [-1]),
    list[float]: ([2.0],),
    list[str]: (["none"],),
    bool: (),
}
"""Values of each type that may be outside of a range."""
PATTERNS = (
    r"(?:[\w.]*\.)?{name} must (?:be |lie )?(?P<range>.+?), not .*",
    r"(?:[\w.]*\.)?{name} is empty; it has to be (?P<range>[^;]+)",
    r"[\w.]*{name}: (?P<range>.+?), not .*",
    r"(?:\S+: )?(?:[\w.]*\.)?{name}=\S*?:? (?:must be|there are|(?:.+; )?choose) (?P<range>[^;]+)"
    r"(?:;.*)?",
    r"[\w.]*{name}(?:\.\w+)?: (?P<range>one .+)",
)
"""The forms of a message about a value out of range, with the name of the option."""
EXAMPLE = re.compile(r"=\S+")
"""A value of another option in a message."""


def range_of(name: str, kind: Any, attempt: Callable[[Any], object]) -> str:
    """Return in words which values an option may have; empty if every value of its type may be.

    ``attempt`` uses a value for the option ``name``, and raises ValueError or UserError if the
    value is out of range.
    """
    found = dict.fromkeys(_ranges(name, kind, attempt))
    return "; ".join(found)


def _ranges(name: str, kind: Any, attempt: Callable[[Any], object]) -> Iterator[str]:
    for value in _wrong(kind):
        try:
            attempt(value)
        except (UserError, ValueError) as error:
            for pattern in PATTERNS:
                message = re.fullmatch(pattern.format(name=re.escape(name)), str(error))
                if message:
                    yield EXAMPLE.sub("", message["range"])
                    break


def _wrong(kind: Any) -> tuple[Any, ...]:
    """Return values to try for a type; those of its parts if it is a union."""
    if kind in WRONG:
        return tuple(WRONG[kind])
    if get_origin(kind) is dict and get_args(kind)[1] is not str:
        return ({}, {"loss": []})
    return tuple(value for part in get_args(kind) if part in WRONG for value in WRONG[part])
