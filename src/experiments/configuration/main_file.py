"""The main file of another name or folder than conf/config.yaml: it needs what that file has."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from experiments.configuration.chosen_files import defaults
from experiments.configuration.places import CONF, PROJECT, shown
from experiments.configuration.yaml_files import check_file
from experiments.errors import ConfigError

NEEDED = ("config", "schema")
"""The files that a main file continues: conf/config.yaml, or the schema as a copy of it does."""


def check_main_file(name: str | None, path: str | None, folder: str | None) -> None:
    """Raise ConfigError if Hydra would make the configuration without conf/config.yaml.

    The arguments are the values of `--config-name`, `--config-path` and `--config-dir`.
    """
    if path is not None and "://" in path:
        raise ConfigError(f"--config-path {path}: write the path of a folder")
    first = CONF if path is None else (PROJECT / path).resolve()
    folders = [first, *([Path(folder).absolute()] if folder is not None else [])]
    for each in folders:
        if not each.is_dir():
            raise ConfigError(f"there is no folder {each}")
    named = (name or "config").removesuffix(".yaml")
    _check(named, folders, path)


def _check(name: str, folders: Sequence[Path], path: str | None) -> None:
    """Check the main file of a name in the first folder that has it."""
    files = [file for folder in folders if (file := folder / f"{name}.yaml").is_file()]
    if not files:
        places = " or ".join(shown(folder) for folder in folders)
        raise ConfigError(f"there is no file {name}.yaml in {places}{_instead(path)}")
    if files[0].parent == CONF and name == "config":
        return
    check_file(files[0], "")
    try:
        entries = defaults(files[0])
    except (YAMLError, OmegaConfBaseException, UnicodeDecodeError, OSError, RecursionError):
        return  # Hydra says what is wrong
    _check_defaults(files[0], entries, folders)


def _check_defaults(file: Path, entries: list[Any], folders: Sequence[Path]) -> None:
    """Check that a defaults list continues conf/config.yaml."""
    names = [_name(each) for each in entries if isinstance(each, str)]
    if not any(each in NEEDED for each in _all_names(names, folders, {file})):
        raise ConfigError(f"{shown(file)}: as the main file it needs `defaults: [config, _self_]`")


def _all_names(names: Sequence[str], folders: Sequence[Path], seen: set[Path]) -> list[str]:
    """Return the names, and those in the defaults lists of the files with these names."""
    found = list(names)
    for name in names:
        files = [file for folder in folders if (file := folder / f"{name}.yaml").is_file()]
        if files and files[0].parent != CONF and files[0] not in seen:
            check_file(files[0], "")
            below = [_name(each) for each in defaults(files[0]) if isinstance(each, str)]
            found += _all_names(below, folders, {*seen, files[0]})
    return found


def _name(entry: str) -> str:
    return entry.partition("@")[0].lstrip("/").removesuffix(".yaml")


def _instead(path: str | None) -> str:
    """Return a hint for `--config-path`, which is easily taken for `--config-dir`."""
    return "" if path is None else f"; to add a folder to conf/ write --config-dir {path}"
