"""Addresses of MLflow stores."""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from experiments.configuration import absolute_uri, sqlite_path, sqlite_uri
from experiments.configuration.store_address import check_uri
from experiments.errors import ConfigError

SERVER = "http://mlflow:5000"


def test_the_path_of_an_sqlite_store() -> None:
    assert sqlite_path("sqlite:///a/b.db") == Path("a/b.db")
    assert sqlite_path("sqlite:////a/b c.db") == Path("/a/b c.db")


@pytest.mark.parametrize("uri", [SERVER, "file:///a", "postgresql://u@h/db", "", "sqlite"])
def test_other_stores_have_no_path(uri: str) -> None:
    assert sqlite_path(uri) is None


@pytest.mark.parametrize("path", ["a.db", "/a/b.db"])
def test_an_address_of_a_path_has_this_path(path: str) -> None:
    assert sqlite_path(sqlite_uri(Path(path))) == Path(path)


def test_an_absolute_address_depends_on_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute_uri("sqlite:///a.db") == f"sqlite:///{tmp_path}/a.db"
    assert absolute_uri("sqlite:////b/a.db") == "sqlite:////b/a.db"
    assert absolute_uri(SERVER) == SERVER


@pytest.mark.parametrize(
    "uri",
    [SERVER, "https://h/a/b", "http://[::1]:5000"],
)
def test_an_address_of_a_server_is_accepted(uri: str) -> None:
    check_uri(uri)


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("", "the address of the MLflow store is empty"),
        (" ", "the address of the MLflow store is empty"),
        ("mlruns", "folders are no MLflow stores any more"),
        ("/a/mlruns", "folders are no MLflow stores any more"),
        ("file:///a/mlruns", "folders are no MLflow stores any more"),
        (r"C:\mlruns", "folders are no MLflow stores any more"),
        ("sqlite:mlflow.db", "an SQLite file is written with three slashes"),
        ("sqlite:///:memory:", "a store in memory is lost when its process ends"),
        ("sqlite:///", "the name of the SQLite file is missing"),
        ("sqlite:////", "the name of the SQLite file is missing"),
        ("http://", "the host or the port is missing or no valid one"),
        ("http:/host", "the host or the port is missing or no valid one"),
        ("http://host:port", "the host or the port is missing or no valid one"),
        ("http://host:99999", "the host or the port is missing or no valid one"),
        ("http://[::1", "the host or the port is missing or no valid one"),
        ("postgresql+no_such://u@h/db", "this is no address of a database"),
        ("s3://bucket", "MLflow has no stores of the kind s3"),
    ],
)
def test_an_address_of_no_store_is_refused(uri: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_uri(uri)
    assert reason in str(caught.value)
    assert str(caught.value).endswith("write sqlite:///FILE or http://HOST:PORT")


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        (" http://h", "' http://h': leave out the space at the beginning or the end"),
        ("http://h ", "'http://h ': leave out the space at the beginning or the end"),
        ("HTTP://h:1", "HTTP://h:1: the kind of store is in small letters; write http://h:1"),
        ("Sqlite:///a", "Sqlite:///a: the kind of store is in small letters; write sqlite:///a"),
    ],
)
def test_a_slip_in_an_address_is_named(uri: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_uri(uri)
    assert str(caught.value) == message


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a%20store.db"


def create(file: Path, *tables: str) -> None:
    with closing(sqlite3.connect(file)) as database:
        for table in tables:
            database.execute(f"CREATE TABLE {table} (x)")
        database.commit()


def test_a_missing_an_empty_and_a_complete_file_are_accepted(file: Path) -> None:
    check_uri(sqlite_uri(file))
    file.touch()
    check_uri(sqlite_uri(file))
    create(file, "experiments", "alembic_version")
    check_uri(sqlite_uri(file))


def test_a_database_of_another_program_is_refused(file: Path) -> None:
    create(file, "customers")
    with pytest.raises(ConfigError, match=r"this is a database of another program"):
        check_uri(sqlite_uri(file))


def test_a_file_that_is_no_database_is_refused(file: Path) -> None:
    file.write_bytes(b"hello" * 100)
    with pytest.raises(ConfigError, match=r"this is no SQLite file"):
        check_uri(sqlite_uri(file))


def test_a_pipe_is_refused(file: Path) -> None:
    os.mkfifo(file)
    with pytest.raises(ConfigError, match=r"this is no file"):
        check_uri(sqlite_uri(file))


def test_a_locked_store_is_accepted(file: Path) -> None:
    create(file, "experiments", "alembic_version")
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("BEGIN EXCLUSIVE")
        check_uri(sqlite_uri(file))


def test_a_package_that_a_database_needs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymssql", None)  # it cannot be imported
    with pytest.raises(ConfigError, match=r"the Python package pymssql is missing"):
        check_uri("mssql+pymssql://u@h/db")


def test_parameters_of_an_sqlite_file_are_refused_with_the_address_that_is_right() -> None:
    with pytest.raises(ConfigError, match=r"not supported; write sqlite:////a/b\.db$"):
        check_uri("sqlite:////a/b.db?mode=ro")


@pytest.mark.parametrize("uri", ["databricks-uc", "databricks-uc://profile", "uc:http://h"])
def test_a_registry_of_models_is_refused(uri: str) -> None:
    with pytest.raises(
        ConfigError, match=r"Unity Catalog holds models, not runs; write databricks"
    ):
        check_uri(uri)


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place of credentials of Databricks: a file that is missing."""
    for name in [name for name in os.environ if name.startswith("DATABRICKS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / ".databrickscfg"


def test_databricks_needs_credentials(credentials: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"DATABRICKS_HOST .* or write .*/\.databrickscfg$"):
        check_uri("databricks")
    monkeypatch.setenv("DATABRICKS_HOST", "https://h")
    check_uri("databricks")
    monkeypatch.delenv("DATABRICKS_HOST")
    credentials.touch()
    check_uri("databricks")


@pytest.mark.parametrize("text", [None, "no profile", "[other]\nhost = https://h\n"])
def test_a_profile_of_databricks_has_to_exist(credentials: Path, text: str | None) -> None:
    if text is not None:
        credentials.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"\.databrickscfg has no profile mine; add it, or write"):
        check_uri("databricks://mine")
    credentials.write_text("[mine]\nhost = https://h\n", encoding="utf-8")
    check_uri("databricks://mine")


def test_the_home_directory_in_an_address_is_refused_with_its_path() -> None:
    with pytest.raises(ConfigError, match=f"; write sqlite:///{Path.home()}/a.db$"):
        check_uri("sqlite:///~/a.db")
