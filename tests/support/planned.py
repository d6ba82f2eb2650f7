"""Whether a plan is that of the words of its command, and an error one about these words."""

import math
import re
from collections import Counter
from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Glob, IntervalSweep, Override, OverrideType

from experiments.configuration import CONTROL, group_of

RUNS = re.compile(r"\d+ of (\d+) runs to do")
AGAIN = re.compile(r" is the same run as | is in the sweep more than once")
LONGEST = 40
"""Characters of a word that a message has to repeat."""


def check_plan(words: Sequence[str], stdout: str, *, sweep: bool) -> None:
    """Check the number of runs of a plan, and the values of the options in their names."""
    parsed = [OverridesParser.create().parse_override(word) for word in words]
    values = {each.get_key_element(): _values(each) for each in parsed}
    runs = RUNS.search(stdout)
    assert runs, stdout
    if all(each is not None for each in values.values()):
        expected = math.prod(len(each or ()) for each in values.values())
        assert int(runs[1]) + len(AGAIN.findall(stdout)) == expected, (words, stdout)
    keys = Counter(each.key_or_group for each in parsed)
    for each in parsed:
        if _is_named(each) and keys[each.key_or_group] == 1:
            several = values[each.get_key_element()] or []
            if len(several) > 1 or not sweep:
                _check_names(each, several, stdout, sweep=sweep)


def _is_named(each: Override) -> bool:
    """Return whether an override is in the names of its runs in the form `KEY=VALUE`."""
    word = str(each.input_line)
    return (
        each.type is OverrideType.CHANGE
        and each.package is None
        and group_of(word) not in (*CONTROL, "hydra")
        and each.key_or_group != "architecture"
        and word.isprintable()
    )


def _check_names(each: Override, values: Sequence[str], stdout: str, *, sweep: bool) -> None:
    name = each.key_or_group.rpartition(".")[2]
    shown = values if sweep else [str(each.input_line).partition("=")[2]]
    for value in shown:
        expected = value if "." not in each.key_or_group and value.isidentifier() else ""
        assert expected in stdout or f"{name}={value}" in stdout, (each.input_line, stdout)


def _values(each: Override) -> list[str] | None:
    """Return the values of an override; None if they depend on files."""
    if not each.is_sweep_override():
        return [str(each.input_line).partition("=")[2]]
    if isinstance(each.value(), Glob | IntervalSweep):
        return None
    return list(each.sweep_string_iterator())


def check_named(words: Sequence[str], message: str) -> None:
    """Check that a message names a word: by its key, a part of the key, or its value."""
    assert any(part in message for word in words for part in _parts(word)), (words, message)


def _parts(word: str) -> list[str]:
    key, _, value = word.partition("=")
    plain = key.lstrip("+~").partition("@")[0]
    parts = [word, plain, *re.split(r"[./]", plain), value]
    return [_printed(each)[:LONGEST] for each in parts if each.strip()] or [repr(word)]


def _printed(text: str) -> str:
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
