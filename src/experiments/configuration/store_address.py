"""Addresses of MLflow stores: an SQLite file (`sqlite:///path`) or a server (`http://...`)."""

from pathlib import Path

SQLITE = "sqlite:///"


def sqlite_path(uri: str) -> Path | None:
    """Return the path of the SQLite file, or None if the address is not one of an SQLite file."""
    return Path(uri.removeprefix(SQLITE)) if uri.startswith(SQLITE) else None


def sqlite_uri(path: Path) -> str:
    """Return the address of the store in an SQLite file."""
    return f"{SQLITE}{path}"


def absolute_uri(uri: str) -> str:
    """Return the address with an absolute path, so that it is valid in every working directory.

    The address of a server does not change.
    """
    path = sqlite_path(uri)
    return uri if path is None else sqlite_uri(path.absolute())
