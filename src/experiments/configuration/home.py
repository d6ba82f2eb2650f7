"""The home directory in paths: `~/x`. A shell expands the sign only at the beginning of a word."""

import shlex
from pathlib import Path

from experiments.configuration.store_address import SQLITE
from experiments.errors import ConfigError

PATHS = ("outputs", "dataset.root", "tracking.uri", "tracking.artifacts")
"""The options that hold a path, or an address with one."""


def expanded(text: str) -> str:
    """Return a path, or the address of an SQLite file, with the home directory instead of `~`.

    Every other text is returned as it is, among them `./~/x`.
    """
    address = SQLITE if text.startswith(SQLITE) else ""
    path = text.removeprefix(address)
    if path != "~" and not path.startswith("~/"):
        return text
    return f"{address}{Path(path).expanduser()}"


def in_home(source: Path | str) -> Path | str:
    """Return a folder or the address of a store, with the home directory instead of `~`."""
    return expanded(source) if isinstance(source, str) else Path(expanded(str(source)))


def check_home(key: str, value: str) -> None:
    """Raise ConfigError if the value of an option begins with `~`, which nobody would expand."""
    path = ",".join(map(expanded, value.split(",")))  # there may be several values
    if path != value:
        raise ConfigError(
            f"{key}={value}: write {shlex.quote(path)}; the shell expands ~ only at the beginning"
            " of a word"
        )
