"""Functions in overrides, such as `range(3)`: say in words why Hydra cannot evaluate one."""

import re
from typing import Any

from hydra.core.override_parser.types import Glob, Sweep

EVALUATED = re.compile(r"\w+ while evaluating '(?P<call>.*)': (?P<problem>.*)")
"""Hydra's message about a function in an override: the call, and the problem."""
PROBLEMS = {
    r"(invalid literal for int\(\) with base 10|could not convert string to float): '(?P<a>.*)'": (
        "{a} is no number"
    ),
    r"mismatch type argument \w+\[(?P<number>\d+)\]: (?P<kind>\S+) is incompatible .*": (
        "its argument {number} cannot be {kind}"
    ),
    r"mismatch type argument (?P<a>\w+): (?P<kind>\S+) is incompatible .*": "{a} cannot be {kind}",
    r"'<' not supported between .*": "texts and numbers cannot be sorted together",
    r"Invalid arguments: .*": "its arguments do not fit together",
    r"Range can only be cast to int or float": "a range contains numbers, so write int or float",
}
"""Messages of Hydra and Python about functions, and the same in words."""
KINDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list": "a list",
    "dict": "a dictionary",
    "NoneType": "null",
}
"""Classes of arguments in words; all others are several values."""
NESTED = "several values cannot stand in a list or beside other values; write each value itself"


def function_problem(error: Exception, value: str) -> str:
    """Return why a function in a value of an override cannot be evaluated.

    It begins with the call if that is a part of the value. It is empty if the error is another one.
    """
    found = EVALUATED.search(str(error).partition("Available:")[0].replace("\n", " "))
    if not found or found["problem"].startswith("Unknown function"):
        return ""
    place = "" if found["call"] == value else f"{found['call']}: "
    return f"{place}{_in_words(' '.join(found['problem'].split()))}"


def contains_sweep(value: Any) -> bool:
    """Return whether a value is, or contains, several values such as those of `range(3)`."""
    if isinstance(value, dict):
        return any(map(contains_sweep, value.values()))
    return (
        any(map(contains_sweep, value))
        if isinstance(value, list)
        else isinstance(value, Sweep | Glob)
    )


def _in_words(problem: str) -> str:
    for pattern, phrase in PROBLEMS.items():
        if found := re.fullmatch(pattern, problem):
            parts = found.groupdict()
            number = int(parts.get("number") or 0) + 1
            kind = KINDS.get(str(parts.get("kind")), "several values")
            return phrase.format_map({**parts, "number": number, "kind": kind})
    return problem
