"""The defaults lists of YAML files: find the mistakes that Hydra reports without file or line."""

import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import yaml
from hydra._internal import defaults_list

from experiments.configuration.schema import CHOSEN_BY_NAME

Problems: TypeAlias = Iterator[tuple[yaml.Node, str]]
"""The nodes of a file that are mistakes, and what is wrong with them."""
TEXT = "tag:yaml.org,2002:str"
NOTHING = "tag:yaml.org,2002:null"
ENTRY = "an entry of a defaults list is NAME or GROUP: NAME"


def check_defaults(path: Path, group: str, root: yaml.MappingNode) -> Problems:
    """Yield the mistakes in the defaults list of a file with this root, in a group of conf/."""
    for key, value in root.value:
        if key.value == "defaults" and not isinstance(value, yaml.SequenceNode):
            yield value, "defaults: must be a list, for example [config, _self_]"
        elif key.value == "defaults":
            complete = any(each.value == "schema" for each in value.value)  # a copy of config.yaml
            for entry in value.value:
                yield from _form(entry)
                if isinstance(entry, yaml.MappingNode) and not complete:
                    yield from _choice(path, group, entry)
                elif isinstance(entry, yaml.ScalarNode):
                    yield from _part_of_another_group(group, entry)


def circle(error: Exception) -> str:
    """Return which files of conf/ choose each other for ever; nothing if that is not the error."""
    if not isinstance(error, RecursionError):
        return ""
    files: list[str] = []
    for frame, _ in traceback.walk_tb(error.__traceback__):
        file = frame.f_locals.get("path")
        in_hydra = frame.f_globals.get("__name__") == defaults_list.__name__
        if in_hydra and isinstance(file, str) and files[-1:] != [f"{file}.yaml"]:
            files.append(f"{file}.yaml")
    repeated = list(dict.fromkeys(each for each in files if files.count(each) > 1))
    if len(repeated) > 1:
        first, *others = repeated
        chain = ", which chooses ".join([*others, first])
        return f"{first}: its defaults list chooses {chain} again"
    return f"{files[-1]}: its defaults list chooses the file itself" if files else ""


def _form(entry: yaml.Node) -> Problems:
    """Yield the mistakes in the form of an entry."""
    if isinstance(entry, yaml.ScalarNode):
        if entry.tag != TEXT:
            yield entry, f"{ENTRY}, not {entry.value}"
    elif not isinstance(entry, yaml.MappingNode):
        yield entry, f"{ENTRY}, not a list"
    elif len(entry.value) != 1:
        yield entry, f"{ENTRY}; write each choice in a line of its own"
    else:
        ((key, value),) = entry.value
        names = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for name in names:
            if not isinstance(name, yaml.ScalarNode) or name.tag not in (TEXT, NOTHING):
                yield name, f"{ENTRY}; the name for {key.value} must be text"


def _choice(path: Path, group: str, entry: yaml.MappingNode) -> Problems:
    """Yield the choice of a file in a group of which conf/config.yaml chooses one."""
    for key, name in entry.value:
        *kind, chosen = str(key.value).split() or [""]
        if chosen.lstrip("/") not in CHOSEN_BY_NAME:
            continue
        relative = bool(group) and not chosen.startswith("/")
        if (relative and not (path.parent / chosen).is_dir()) or (
            not relative and "override" not in kind
        ):
            whole = f"override /{chosen.lstrip('/')}: {name.value}"
            yield key, f"{chosen} is chosen already by conf/config.yaml; write `{whole}`"


def _part_of_another_group(group: str, entry: yaml.ScalarNode) -> Problems:
    """Yield a file `/GROUP/NAME`: its options would be mixed with those of the chosen file."""
    other, slash, name = str(entry.value).lstrip("/").partition("/")
    if slash and other in CHOSEN_BY_NAME and group.partition("/")[0] != other:
        yield (
            entry,
            f"{entry.value}: a file of {other} is chosen; write `override /{other}: {name}`",
        )
