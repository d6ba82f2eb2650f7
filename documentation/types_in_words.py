"""The type of an option, in words for a reader who does not know Python."""

import types
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

from msgspec import Struct

WORDS = {int: "whole number", float: "number", str: "text", bool: "true or false"}
PLURALS = {int: "whole numbers", float: "numbers", str: "texts"}
SCALARS = {*WORDS, type(None)}


def in_words(kind: Any) -> str:
    """Return a type in words, such as ``list of whole numbers`` for ``list[int]``."""
    origin, parts = get_origin(kind), get_args(kind)
    if names := _names(kind):
        return " or ".join(f"`{each}`" for each in names)
    if {*parts} == SCALARS:
        return "value"
    if origin in (Union, types.UnionType):
        words = [in_words(part) for part in parts if part is not type(None)]
        return ", or ".join([*words, *(["null"] if type(None) in parts else [])])
    if origin is dict:
        return "mapping"
    if origin is not None and parts:
        return f"list of {_plural(parts[0])}"
    return "mapping" if _is_struct(kind) else WORDS.get(kind, "value")


def _names(kind: Any) -> list[str]:
    """Return the names that are the only values of a type, if it has such."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [each.value for each in kind]
    return list(get_args(kind)) if get_origin(kind) is Literal else []


def _plural(kind: Any) -> str:
    return "mappings" if _is_struct(kind) else PLURALS.get(kind, "values")


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)
