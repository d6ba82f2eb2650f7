"""Addresses of MLflow stores."""

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
    [SERVER, "https://h/a/b", "http://[::1]:5000", "postgresql+psycopg://u@h/db", "databricks"],
)
def test_an_address_of_a_server_is_accepted(uri: str) -> None:
    check_uri(uri)


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("", "the address of the MLflow store is empty"),
        ("mlruns", "folders are no MLflow stores any more"),
        ("/a/mlruns", "folders are no MLflow stores any more"),
        ("file:///a/mlruns", "folders are no MLflow stores any more"),
        (r"C:\mlruns", "folders are no MLflow stores any more"),
        ("sqlite:mlflow.db", "an SQLite file is written with three slashes"),
        ("sqlite:///", "the name of the SQLite file is missing"),
        ("sqlite:////", "the name of the SQLite file is missing"),
        ("http://", "the host or the port is missing or no valid one"),
        ("http:/host", "the host or the port is missing or no valid one"),
        ("http://host:port", "the host or the port is missing or no valid one"),
        ("http://host:99999", "the host or the port is missing or no valid one"),
        ("http://[::1", "the host or the port is missing or no valid one"),
        ("s3://bucket", "MLflow has no stores of the kind s3"),
    ],
)
def test_an_address_of_no_store_is_refused(uri: str, reason: str) -> None:
    with pytest.raises(ConfigError) as caught:
        absolute_uri(uri)
    assert reason in str(caught.value)
    assert str(caught.value).endswith("write sqlite:///FILE or http://HOST:PORT")
