"""Addresses of MLflow stores: an SQLite file (`sqlite:///path`) or a server (`http://...`)."""

import re
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlsplit

from experiments.errors import ConfigError

SQLITE = "sqlite:///"
SERVERS = ("http", "https")
DATABASES = ("postgresql", "mysql", "mssql")
PLUGINS = "mlflow.tracking_store"
"""The entry point of packages that add kinds of stores to MLflow."""
EXAMPLES = "write sqlite:///FILE or http://HOST:PORT"


def sqlite_path(uri: str) -> Path | None:
    """Return the path of the SQLite file, or None if the address is not one of an SQLite file."""
    return Path(uri.removeprefix(SQLITE)) if uri.startswith(SQLITE) else None


def sqlite_uri(path: Path) -> str:
    """Return the address of the store in an SQLite file."""
    return f"{SQLITE}{path}"


def absolute_uri(uri: str) -> str:
    """Return the address with an absolute path, so that it is valid in every working directory.

    The address of a server does not change. Raise ConfigError if MLflow has no such store.
    """
    check_uri(uri)
    path = sqlite_path(uri)
    return uri if path is None else sqlite_uri(path.absolute())


def check_uri(uri: str) -> None:
    """Raise ConfigError unless the address has the form of one that MLflow can write to."""
    scheme = uri.partition(":")[0]
    if not uri:
        raise ConfigError(f"the address of the MLflow store is empty; {EXAMPLES}")
    if uri == "databricks":
        return
    if uri.startswith(SQLITE):
        path = Path(uri.removeprefix(SQLITE))
        if not path.name or path.is_dir():
            raise ConfigError(f"{uri}: the name of the SQLite file is missing; {EXAMPLES}")
    elif scheme.startswith("sqlite"):
        raise ConfigError(f"{uri}: an SQLite file is written with three slashes; {EXAMPLES}")
    elif scheme in SERVERS:
        _check_server(uri)
    elif scheme == "file" or not re.fullmatch(r"[a-z][\w+.-]*", scheme) or uri == scheme:
        raise ConfigError(f"{uri}: folders are no MLflow stores any more; {EXAMPLES}")
    elif scheme.partition("+")[0] not in (*DATABASES, "databricks") and scheme not in _plugins():
        raise ConfigError(f"{uri}: MLflow has no stores of the kind {scheme}; {EXAMPLES}")


def _check_server(uri: str) -> None:
    try:
        parts = urlsplit(uri)
        valid = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError(f"{uri}: the host or the port is missing or no valid one; {EXAMPLES}")


def _plugins() -> list[str]:
    return [each.name for each in entry_points(group=PLUGINS)]
