"""Addresses of MLflow stores: an SQLite file (`sqlite:///path`) or a server (`http://...`)."""

import os
import re
import sqlite3
from contextlib import closing
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

    The address of a server does not change.
    """
    path = sqlite_path(uri)
    return uri if path is None else sqlite_uri(path.absolute())


def check_uri(uri: str) -> None:
    """Raise ConfigError unless MLflow can have a store at this address.

    A server is not asked. An SQLite file may be missing, but not be one of another program.
    """
    scheme = uri.partition(":")[0]
    if not uri:
        raise ConfigError(f"the address of the MLflow store is empty; {EXAMPLES}")
    if uri == "databricks":
        return
    if uri.startswith(SQLITE):
        _check_sqlite(Path(uri.removeprefix(SQLITE)), uri)
    elif scheme.startswith("sqlite"):
        raise ConfigError(f"{uri}: an SQLite file is written with three slashes; {EXAMPLES}")
    elif scheme in SERVERS:
        _check_server(uri)
    elif scheme == "file" or not re.fullmatch(r"[a-z][\w+.-]*", scheme) or uri == scheme:
        raise ConfigError(f"{uri}: folders are no MLflow stores any more; {EXAMPLES}")
    elif scheme.partition("+")[0] in DATABASES:
        _check_database(uri)
    elif scheme != "databricks" and scheme not in _plugins():
        raise ConfigError(f"{uri}: MLflow has no stores of the kind {scheme}; {EXAMPLES}")


def _check_sqlite(path: Path, uri: str) -> None:
    """Raise ConfigError unless the file is missing, empty or one of MLflow."""
    if not path.name or path.is_dir():
        raise ConfigError(f"{uri}: the name of the SQLite file is missing; {EXAMPLES}")
    if not os.path.lexists(path):
        return
    if not path.is_file():
        raise ConfigError(f"{uri}: this is no file, so it cannot be an MLflow store; {EXAMPLES}")
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        ) as database:
            tables = {name for (name,) in database.execute(query)}
    except sqlite3.OperationalError:  # it is locked, or may not be read: the mirror says so
        return
    except sqlite3.DatabaseError:
        raise ConfigError(f"{uri}: this is no SQLite file; {EXAMPLES}") from None
    if tables and "alembic_version" not in tables:
        raise ConfigError(f"{uri}: this is a database of another program; {EXAMPLES}")


def _check_server(uri: str) -> None:
    try:
        parts = urlsplit(uri)
        valid = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise ConfigError(f"{uri}: the host or the port is missing or no valid one; {EXAMPLES}")


def _check_database(uri: str) -> None:
    """Raise ConfigError unless the package is installed that connects to a database."""
    from sqlalchemy import make_url  # its import takes long
    from sqlalchemy.exc import ArgumentError

    try:
        make_url(uri).get_dialect().import_dbapi()
    except ImportError as error:
        raise ConfigError(
            f"{uri}: the Python package {error.name} is missing, which connects to this database"
        ) from None
    except ArgumentError:
        raise ConfigError(f"{uri}: this is no address of a database; {EXAMPLES}") from None


def _plugins() -> list[str]:
    return [each.name for each in entry_points(group=PLUGINS)]
