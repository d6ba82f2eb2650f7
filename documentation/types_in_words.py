"""The type of an option, in words for a reader who does not know Python."""

import types
from enum import Enum
from typing import Any, Union, get_args, get_origin

WORDS = {int: "whole number", float: "number", str: "text", bool: "true or false"}
PLURALS = {int: "whole numbers", float: "numbers", str: "texts"}


def in_words(kind: Any) -> str:
    """Return a type in words, such as ``list of whole numbers`` for ``list[int]``."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return " or ".join(f"`{each.value}`" for each in kind)
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        words = [in_words(part) for part in parts if part is not type(None)]
        return ", or ".join([*words, *(["null"] if type(None) in parts else [])])
    if origin is dict:
        return "mapping"
    if origin is not None and parts:
        return f"list of {PLURALS.get(parts[0], 'values')}"
    return WORDS.get(kind, "value")
