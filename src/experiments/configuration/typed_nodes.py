"""Parts of a configuration that are read as a type of their own: a study, a preset."""

import re
from typing import TypeVar

import msgspec

from experiments.errors import ConfigError

T = TypeVar("T")
MISTAKES = {
    r"Object missing required field `(.*)`": r"{place}\1 is missing",
    r"Object contains unknown field `(.*)`": r"{place}\1: no such key",
}
"""Messages of msgspec, and ours."""


def typed_node(node: object, cls: type[T], key: str) -> T:
    """Return the part of a configuration below ``key`` as an object of the class.

    Raise ConfigError, which names the key as it is written in the file, if it does not fit.
    """
    try:
        return msgspec.convert(node, cls)
    except msgspec.ValidationError as error:
        raise ConfigError(_in_words(error, key)) from None


def _in_words(error: msgspec.ValidationError, key: str) -> str:
    text, _, path = str(error).partition(" - at `$")
    place = path.rstrip("`").replace("[...]", "")
    for pattern, words in MISTAKES.items():
        if re.fullmatch(pattern, text):
            return re.sub(pattern, words, text).format(place=f"{key}{place}.")
    return f"{key}{place}: {text[:1].lower()}{text[1:]}".replace("`", "")
