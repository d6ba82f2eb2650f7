"""Addresses of MLflow stores: an SQLite file (`sqlite:///path`) or a server (`http://...`)."""

import configparser
import os
import re
import sqlite3
from contextlib import closing
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlsplit

from experiments.configuration.store_passwords import SERVERS, check_no_password
from experiments.errors import ConfigError

SQLITE = "sqlite:///"
DATABASES = ("postgresql", "mysql", "mssql")
PLUGINS = "mlflow.tracking_store"
"""The entry point of packages that add kinds of stores to MLflow."""
UNITY_CATALOG = ("databricks-uc", "uc")
"""Addresses of registries of models, which hold no runs."""
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
    """Raise ConfigError unless MLflow can have a store at this address, or for a password in it.

    A server is not asked. An SQLite file may be missing, but not be one of another program.
    """
    check_no_password(uri)
    scheme = uri.partition(":")[0]
    _check_form(uri, scheme)
    if scheme in UNITY_CATALOG:
        raise ConfigError(f"{uri}: Unity Catalog holds models, not runs; write databricks")
    if scheme == "databricks":
        _check_databricks(uri)
    elif uri.startswith(SQLITE):
        _check_sqlite_words(uri)
        _check_sqlite(Path(uri.removeprefix(SQLITE)), uri)
    elif scheme.startswith("sqlite"):
        raise ConfigError(f"{uri}: an SQLite file is written with three slashes; {EXAMPLES}")
    elif scheme in SERVERS:
        _check_server(uri)
    elif scheme == "file" or not re.fullmatch(r"[a-z][\w+.-]*", scheme) or uri == scheme:
        raise ConfigError(f"{uri}: folders are no MLflow stores any more; {EXAMPLES}")
    elif scheme.partition("+")[0] in DATABASES:
        _check_database(uri)
    elif scheme not in _plugins():
        raise ConfigError(f"{uri}: MLflow has no stores of the kind {scheme}; {EXAMPLES}")


def _check_form(uri: str, scheme: str) -> None:
    """Raise ConfigError for an empty address, one with spaces, and a scheme in capitals."""
    if not uri.strip():
        raise ConfigError(f"the address of the MLflow store is empty; {EXAMPLES}")
    if uri != uri.strip():
        raise ConfigError(f"{uri!r}: leave out the space at the beginning or the end")
    if "://" in uri and scheme != scheme.lower():
        right = f"{scheme.lower()}{uri.removeprefix(scheme)}"
        raise ConfigError(f"{uri}: the kind of store is in small letters; write {right}")


def _check_sqlite_words(uri: str) -> None:
    """Raise ConfigError if SQLAlchemy would not read the address as one of a file."""
    file, mark, _ = uri.partition("?")
    if mark:
        raise ConfigError(
            f"{uri}: a question mark begins parameters, which are not supported; write {file}"
        )
    path = file.removeprefix(SQLITE)
    if path.startswith("~/"):
        home = Path(path).expanduser()
        raise ConfigError(f"{uri}: ~ is not expanded in an address; write {SQLITE}{home}")
    if file.endswith(":memory:"):
        raise ConfigError(f"{uri}: a store in memory is lost when its process ends; {EXAMPLES}")


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


def _check_databricks(uri: str) -> None:
    """Raise ConfigError unless something says which workspace of Databricks is meant.

    It is not asked. Its own package finds the credentials in environment variables or in a file.
    """
    profile = uri.removeprefix("databricks").removeprefix("://").rstrip("/")
    file = Path(os.environ.get("DATABRICKS_CONFIG_FILE", "~/.databrickscfg")).expanduser()
    if profile and ":" not in profile:
        if profile not in _databricks_profiles(file):
            raise ConfigError(
                f"{uri}: {file} has no profile {profile}; add it, or write databricks"
            )
    elif not file.is_file() and not any(name.startswith("DATABRICKS_") for name in os.environ):
        raise ConfigError(
            f"{uri}: the credentials are missing; set the environment variables DATABRICKS_HOST and"
            f" DATABRICKS_TOKEN, or write {file}"
        )


def _databricks_profiles(file: Path) -> list[str]:
    """Return the profiles in a file of credentials; none if it is missing or damaged."""
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return []
    return parser.sections()


def _plugins() -> list[str]:
    return [each.name for each in entry_points(group=PLUGINS)]
