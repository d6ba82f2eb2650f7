"""The files that a configuration was composed of: refuse those that Hydra passes over silently."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import hydra.conf
from omegaconf import DictConfig, OmegaConf

from experiments.configuration.places import shown
from experiments.errors import ConfigError


def check_names(node: DictConfig) -> None:
    """Raise ConfigError if a chosen file has the name of another one, which Hydra uses instead.

    ``node`` is Hydra's own. Files with the same contents may have the same name.
    """
    for _, (used, *others) in chosen_files(node):
        for path in others:
            if path.read_bytes() != used.read_bytes():
                raise ConfigError(
                    f"{shown(path)}: {shown(used)} has the same name and is used; rename it"
                )


def chosen_files(node: DictConfig) -> Iterator[tuple[str, list[Path]]]:
    """Yield the group of every chosen file, and the files of this name; Hydra uses the first.

    The main file has an empty group.
    """
    folders = [
        Path(each.path) if each.schema == "file" else Path(str(hydra.conf.__file__)).parent
        for each in node.runtime.config_sources
        if each.schema == "file" or each.path == hydra.conf.__name__
    ]
    waiting = [("", str(node.job.config_name)), *_choices(node)]
    seen = set()
    while waiting:
        group, name = waiting.pop(0)
        paths = [path for folder in folders if (path := _path(folder, group, name)).is_file()]
        if paths and paths[0] not in seen:
            seen.add(paths[0])
            yield group, paths
            waiting += _parts(group, defaults(paths[0]))


def defaults(file: Path) -> list[Any]:
    """Return the defaults list of a file; empty if it has none."""
    changed = file.stat()
    return _defaults(file, changed.st_mtime_ns, changed.st_size)


@lru_cache(maxsize=1024)
def _defaults(file: Path, *_: int) -> list[Any]:
    """Return the defaults list of a file, which is read once while it stays the same."""
    values = OmegaConf.to_container(OmegaConf.load(file), resolve=False)
    found = values.get("defaults") if isinstance(values, dict) else None
    return found if isinstance(found, list) else []


def _choices(node: DictConfig) -> Iterator[tuple[str, str]]:
    """Yield the groups of which files are chosen, and the names of these files."""
    chosen = OmegaConf.to_container(node.runtime.choices, resolve=False)
    for group, names in dict(chosen).items() if isinstance(chosen, dict) else ():
        for name in names if isinstance(names, list) else [names]:
            yield str(group).partition("@")[0], str(name)


def _parts(group: str, entries: list[Any]) -> list[tuple[str, str]]:
    """Return the groups and the names of the files that a defaults list names without a group."""
    names = [each.partition("@")[0] for each in entries if isinstance(each, str)]
    return [
        ("", name[1:]) if name.startswith("/") else (group, name)
        for name in names
        if name != "_self_"
    ]


def _path(folder: Path, group: str, name: str) -> Path:
    return folder / group / (name if name.endswith((".yaml", ".yml")) else f"{name}.yaml")
