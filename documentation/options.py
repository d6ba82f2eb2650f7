"""The options of conf/: the type, range, default and meaning of each, read from where they are.

Types are those of the dataclasses, ranges those of the program's messages, defaults and meanings
those of the files. An option that several files of a group have is explained in one of them, or in
each where it means something else.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import MISSING, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import yaml
from hydra.utils import get_class
from omegaconf import DictConfig, OmegaConf

from documentation.comments import Commented, read_commented
from documentation.ranges import range_of
from documentation.types_in_words import in_words
from experiments.configuration import CONF, PARTS, PROJECT, Experiment, build, compose
from experiments.configuration.schema import Architecture, Schema, Tracking

TARGET = "_target_"
DEFAULTS = "defaults"
WITHOUT_CLASS: dict[str, Any] = {"architecture": Architecture, "tracking": Tracking}
"""The groups whose files name no class, and the class of their options."""
RATES = "${learning_rates."
"""How a default begins that is looked up in the table of learning rates."""
NO_DEFAULT = "none: give one"
LONGEST = 160
"""Characters of a mapping or a list that a cell of a table shows."""


@dataclass(frozen=True)
class Option:
    """An option as a reader needs it. ``defaults`` has a default for each choice that has it."""

    name: str
    kind: str
    range: str
    defaults: Mapping[str, str]
    about: str


@dataclass(frozen=True)
class Choice:
    """A file of a group: its name, the class that it builds, if any, and what it is."""

    name: str
    target: str
    about: str


@dataclass(frozen=True)
class Group:
    """A group of conf/ with its choices, the default first, and the options of all of them."""

    name: str
    choices: list[Choice]
    options: list[Option]


def main_options() -> list[Option]:
    """Return the options of conf/config.yaml that are no groups."""
    file = read_commented(CONF / "config.yaml")
    config, kinds = compose(), get_type_hints(Schema)
    return [
        Option(
            name,
            in_words(kinds[name]),
            range_of(name, kinds[name], _attempt(config, name)),
            {"": shown(value)},
            file.comments.get(name) or _in_the_help(name),
        )
        for name, value in file.values.items()
        if name in kinds
    ]


def group(name: str, default: str) -> Group:
    """Return a group of conf/, of which ``default`` is chosen if nothing else is."""
    files = {
        path.stem: _with_parts(path)
        for path in sorted(
            (CONF / name).glob("*.yaml"), key=lambda path: (path.stem != default, path.stem)
        )
        if path.stem not in PARTS.get(name, ())
    }
    choices = [_choice(choice, file) for choice, file in files.items()]
    names = dict.fromkeys(each for file in files.values() for each in file.values)
    options = [_option(name, each, files) for each in names if each not in (TARGET, DEFAULTS)]
    return Group(name, choices, [*options, *_unwritten(name, files)])


def chosen_by_default() -> dict[str, str]:
    """Return the groups of conf/ and their default choices, in the order of conf/config.yaml."""
    listed = read_commented(CONF / "config.yaml").values[DEFAULTS]
    words: dict[str, str] = {}
    for each in listed if isinstance(listed, list) else []:
        for key, choice in each.items() if isinstance(each, dict) else ():
            group = str(key).removeprefix("override ")
            if (CONF / group).is_dir() and "${" not in str(choice) and group != "hydra/help":
                words[group] = str(choice)
    return words


def shown(value: object) -> str:
    """Return a default as one writes it, or where it comes from."""
    if isinstance(value, str) and value.startswith(RATES):
        return "[tuned](#default-learning-rates)"
    if value == "???":
        return NO_DEFAULT
    if isinstance(value, dict) and value and all(map(_is_hash, value.values())):
        return "a hash of each file"
    dumped = yaml.safe_dump(value, default_flow_style=True, width=10_000)
    written = dumped.removesuffix("\n...\n").strip()
    if isinstance(value, dict | list) and len(written) > LONGEST:
        return "written in its file"
    return f"`{written}`"


def _is_hash(value: object) -> bool:
    return re.fullmatch("[0-9a-f]{64}", str(value)) is not None


def _choice(name: str, file: Commented) -> Choice:
    target = str(file.values.get(TARGET, ""))
    docstring = inspect.getdoc(get_class(target)) if target else ""
    first = (docstring or "").partition("\n\n")[0].replace("\n", " ")
    return Choice(name, target, file.about or first)


def _with_parts(path: Path) -> Commented:
    """Return a file of a group together with the files that its defaults list names."""
    file = read_commented(path)
    about, values, comments = file.about, dict(file.values), dict(file.comments)
    listed = values.pop(DEFAULTS, [])
    for each in listed if isinstance(listed, list) else []:
        part = read_commented(path.with_name(f"{each}.yaml"))
        values = {**part.values, **values}
        comments |= part.comments  # they are about all sets, those of the file about one
    return Commented(about, values, comments)


def _option(group: str, name: str, files: Mapping[str, Commented]) -> Option:
    having = {choice: file for choice, file in files.items() if name in file.values}
    first = next(iter(having))
    kind = _kinds(group, having[first])[name]
    return Option(
        name,
        in_words(kind),
        range_of(name, kind, _attempt_in_group(group, first, name)),
        {choice: shown(file.values[name]) for choice, file in having.items()},
        _meaning({choice: file.comments.get(name, "") for choice, file in having.items()}),
    )


def _meaning(comments: Mapping[str, str]) -> str:
    """Return the comment about an option; of several comments, each with the choices it is for."""
    by_text: dict[str, list[str]] = {}
    for choice, text in comments.items():
        if text:
            by_text.setdefault(text, []).append(choice)
    if len(by_text) == 1:
        return next(iter(by_text))
    return "<br>".join(f"{', '.join(having)}: {text}" for text, having in by_text.items())


def _unwritten(group: str, files: Mapping[str, Commented]) -> Iterator[Option]:
    """Yield the options of a group that its files leave at the default of their class."""
    for each in fields(WITHOUT_CLASS[group]) if group in WITHOUT_CLASS else ():
        if each.default is not MISSING:
            kind = _kinds(group, next(iter(files.values())))[each.name]
            defaults = dict.fromkeys(files, shown(each.default))
            about = _in_the_help(f"{group}.{each.name}")
            yield Option(each.name, in_words(kind), "", defaults, about)


def _kinds(group: str, file: Commented) -> dict[str, Any]:
    """Return the types of the options of a file: of the fields or arguments of its class."""
    if group in WITHOUT_CLASS:
        return get_type_hints(WITHOUT_CLASS[group])
    cls: Any = get_class(str(file.values[TARGET]))
    return get_type_hints(cls.__init__ if group.startswith("hydra/") else cls)


def _attempt_in_group(group: str, choice: str, name: str) -> Callable[[Any], object]:
    """Return a function that uses a value for an option of a choice, as a run does."""
    if group.startswith("hydra/"):
        return _attempt_in_hydra(group, choice, name)
    if group in WITHOUT_CLASS:
        return _attempt(_composed(group, choice), f"{group}.{name}")
    instance = getattr(_built(group, choice), group)
    return lambda value: replace(instance, **{name: value})


@cache
def _composed(group: str, choice: str) -> DictConfig:
    data = [] if group != "dataset" else [f"dataset.root={PROJECT / 'data' / 'mnist'}"]
    return compose([f"{group}={choice}", *data])


@cache
def _built(group: str, choice: str) -> Experiment:
    return build(_composed(group, choice))


def _attempt(config: DictConfig, key: str) -> Callable[[Any], object]:
    """Return a function that builds an experiment with another value for an option."""

    def attempt(value: Any) -> object:
        before = deepcopy(OmegaConf.select(config, key))
        OmegaConf.update(config, key, value)
        try:
            return build(config)
        finally:
            OmegaConf.update(config, key, before)

    return attempt


def _attempt_in_hydra(group: str, choice: str, name: str) -> Callable[[Any], object]:
    """Return a function that uses a value for an option of a launcher or a sweeper."""
    from experiments.searching import Options

    values = {
        key: value
        for key, value in read_commented(CONF / group / f"{choice}.yaml").values.items()
        if key != TARGET
    }
    if "n_trials" in values:
        return lambda value: Options(**{**values, name: value})
    cls = get_class(str(read_commented(CONF / group / f"{choice}.yaml").values[TARGET]))
    return lambda value: getattr(cls(**{**values, name: value}), "limits", None)


def _in_the_help(name: str) -> str:
    """Return what `run.py --help` says about an option; empty if it does not name it."""
    text = (CONF / "hydra" / "help" / "run.yaml").read_text(encoding="utf-8")
    lines = re.findall(rf"^ +{re.escape(name)}(?:=\w+)? {{2,}}(.+)$", text, re.MULTILINE)
    return next(iter(lines), "")


def without_meaning(options: Iterable[Option]) -> list[str]:
    """Return the names of the options that no comment explains."""
    return [option.name for option in options if not option.about]
