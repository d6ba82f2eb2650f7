"""The setting of a preset whose words a command line repeats."""

from collections.abc import Sequence

from hydra.core.override_parser.types import Override

from experiments.configuration import Case, override_parser


def repeated_setting(cases: Sequence[Case], words: Sequence[str]) -> Case | None:
    """Return the case of which some words are among the ``words``, if it is exactly one.

    A case whose option has another value there is not meant. Numbers are compared by their value:
    `100` is `100.0`.
    """
    parsed = [override_parser().parse_override(word) for word in words]
    typed = {each.key_or_group: _value(each) for each in parsed}
    found = [case for case in cases if _repeats(case, typed)]
    return found[0] if len(found) == 1 else None


def _value(word: Override) -> object:
    """Return the value of an override; None for one that has several, or removes an option."""
    return None if word.is_sweep_override() or word.is_delete() else word.value()


def _repeats(case: Case, typed: dict[str, object]) -> bool:
    """Return whether some options of a case are typed, and all of these with its values."""
    both = case.settings.keys() & typed.keys()
    return bool(both) and all(typed[key] == case.settings[key] for key in both)
