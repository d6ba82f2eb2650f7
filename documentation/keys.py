"""The keys of conf/study/ and conf/replicate/: the type, range, default and meaning of each.

Types and defaults are those of the classes, meanings those of their docstrings, ranges those of the
messages for other values. What conf/study/base.yaml sets or explains is taken from there.
"""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct

from documentation.comments import read_commented
from documentation.options import NO_DEFAULT, Option, shown
from documentation.ranges import range_of
from documentation.types_in_words import in_words
from experiments.configuration import CONF, PARTS, REPLICATE, STUDY, Preset
from experiments.configuration.preset import Case, Claim, Neuron, Number
from experiments.studying.axis import Axis
from experiments.studying.study import Budget, Study

SENTENCE = re.compile(r"(?<=[.;])\s+(?=``|[A-Z])")
"""The space between two sentences of a docstring."""
NEURON = {"weight": 0.6, "bias": 0.9, "loss": "mse", "learning_rate": 0.15, "epochs": 300}
CLAIM = {"says": "it is better", "group": "loss", "arm": "ce", "against": "mse"}
PRESET = {
    "title": "a text",
    "source": "a page",
    "claims": [CLAIM],
    "cases": [{"numbers": [{"metric": "output"}], "neuron": NEURON}],
}
"""A preset with every part that one can have."""
TUNED = {"optimizer.learning_rate": {"low": 0.01, "high": 1, "points": 5}}
ARMS = {"name": "costs", "arms": {"loss": ["mse", "ce"]}, "tune": TUNED}
"""What a study adds to conf/study/base.yaml."""
Place = tuple[str | int, ...]
Defaults = Mapping[str, Mapping[str, str]]
NONE: Defaults = {}
NO_COMMENTS: Mapping[str, str] = {}


@dataclass(frozen=True)
class Keys:
    """A mapping in a file of conf/: what it is, how its keys begin, and the keys."""

    about: str
    prefix: str
    options: list[Option]


def keys_of_studies() -> list[Keys]:
    """Return the keys of a file of conf/study/, of a budget in it, and of a range to search."""
    (name,) = PARTS[STUDY]
    base = read_commented(CONF / STUDY / f"{name}.yaml")
    node = {**base.values, **ARMS}
    budgets: Any = base.values["budgets"]
    defaults = {name: {"": shown(value)} for name, value in base.values.items()}
    defaults["budgets"] = {"": ", ".join(map(shown, budgets))}
    budget: Place = ("budgets", str(base.values["budget"]))
    tuned: Place = ("tune", *TUNED)
    return [
        _keys(Study, f"{STUDY}.", _attempt(Study.of, node, ()), defaults, base.comments),
        _keys(
            Budget,
            f"{STUDY}.budgets.NAME.",
            _attempt(Study.of, node, budget),
            _of_each(budgets),
        ),
        _keys(Axis, f"{STUDY}.tune.OPTION.", _attempt(Study.of, node, tuned)),
    ]


def keys_of_presets() -> list[Keys]:
    """Return the keys of a file of conf/replicate/, and of the mappings in it."""
    parts: list[tuple[type[Struct], str, Place]] = [
        (Preset, "", ()),
        (Case, "cases.", ("cases", 0)),
        (Number, "numbers.", ("cases", 0, "numbers", 0)),
        (Claim, "claims.", ("claims", 0)),
        (Neuron, "cases.neuron.", ("cases", 0, "neuron")),
    ]
    return [
        _keys(cls, f"{REPLICATE}.{prefix}", _attempt(Preset.of, PRESET, place))
        for cls, prefix, place in parts
    ]


Attempts = Callable[[str], Callable[[Any], object]]
"""For the name of a key, a function that uses a value for it."""


def _attempt(of: Callable[[object], object], node: dict[str, Any], place: Place) -> Attempts:
    """Return how to read a file that has another value for a key of the mapping at a place."""

    def attempt(name: str, value: Any) -> object:
        changed: Any = deepcopy(node)
        part = changed
        for each in place:
            part = part[each]
        part[name] = value
        return of(changed)

    return lambda name: lambda value: attempt(name, value)


def _of_each(budgets: Mapping[str, Mapping[str, object]]) -> Defaults:
    """Return the values of each key of budgets, by the names of the budgets."""
    keys = {key for each in budgets.values() for key in each}
    return {
        key: {name: shown(each[key]) for name, each in budgets.items() if key in each}
        for key in keys
    }


def _keys(
    cls: type[Struct],
    prefix: str,
    attempts: Attempts,
    defaults: Defaults = NONE,
    comments: Mapping[str, str] = NO_COMMENTS,
) -> Keys:
    """Return the keys of a class. A file that has some of them says their defaults and meanings."""
    kinds = get_type_hints(cls)
    options = [
        Option(
            each.name,
            in_words(kinds[each.name]),
            range_of(each.name, kinds[each.name], attempts(each.name)),
            defaults.get(each.name) or {"": _default(each)},
            comments.get(each.name) or meaning(cls, each.name),
        )
        for each in msgspec.structs.fields(cls)
    ]
    return Keys(_sentences(cls)[0].replace("``", "`"), prefix, options)


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default_factory is not NODEFAULT:
        return shown(field.default_factory())
    return NO_DEFAULT if field.default is NODEFAULT else shown(field.default)


def meaning(cls: type[Struct], name: str) -> str:
    """Return the sentences of the docstring of a class that name a key."""
    named = [each for each in _sentences(cls) if f"``{name}``" in each]
    return " ".join(named).replace("``", "`")


def _sentences(cls: type[Struct]) -> list[str]:
    return SENTENCE.split(" ".join((cls.__doc__ or "").split()))
