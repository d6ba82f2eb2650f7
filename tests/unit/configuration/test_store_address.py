"""Addresses of MLflow stores."""

from pathlib import Path

import pytest

from experiments.configuration import absolute_uri, sqlite_path, sqlite_uri

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
