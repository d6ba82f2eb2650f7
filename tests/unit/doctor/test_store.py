"""The MLflow store: answers, problems, and that a missing store is not made."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from empty_store import write_empty_store

from experiments.configuration import sqlite_uri
from experiments.doctor.store import Store, store
from experiments.mirror import open_store
from experiments.recording import RecordedTracking


def asked(uri: str | None, folder: Path) -> Store:
    """Return what is found out about a store, for runs with records in a folder."""
    tracking = RecordedTracking(experiment="A", uri=uri, artifacts="", outputs=str(folder))
    return store(tracking)


def test_without_tracking_there_is_no_store(tmp_path: Path) -> None:
    assert asked(None, tmp_path) == Store(None)


def test_a_store_that_is_missing_is_not_made(tmp_path: Path) -> None:
    uri = sqlite_uri(tmp_path / "mlflow.db")
    assert asked(uri, tmp_path) == Store(uri)
    assert not list(tmp_path.iterdir())


def test_a_store_answers_and_gets_no_experiment(tmp_path: Path) -> None:
    uri = sqlite_uri(tmp_path / "mlflow.db")
    write_empty_store(tmp_path / "mlflow.db")
    client = open_store(uri)
    found = asked(uri, tmp_path)
    assert found.problem == ""
    assert found.seconds is not None
    assert found.seconds > 0
    assert [each.name for each in client.search_experiments()] == ["Default"]


def test_a_deleted_experiment_is_a_problem_with_a_remedy(tmp_path: Path) -> None:
    uri = sqlite_uri(tmp_path / "mlflow.db")
    write_empty_store(tmp_path / "mlflow.db")
    client = open_store(uri)
    client.delete_experiment(client.create_experiment("A"))
    assert " restore " in asked(uri, tmp_path).problem


def test_a_store_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    uri = sqlite_uri(tmp_path / "file" / "mlflow.db")
    found = asked(uri, tmp_path / "outputs")
    assert found.seconds is None
    assert found.problem


def test_a_store_that_mlflow_did_not_finish_is_a_problem(tmp_path: Path) -> None:
    uri = sqlite_uri(tmp_path / "mlflow.db")
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        database.execute("CREATE TABLE alembic_version (version_num)")
        database.commit()
    assert asked(uri, tmp_path).problem == f"{uri}: there is no such store"


def test_a_closed_port_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    uri = "http://127.0.0.1:9"
    found = asked(uri, tmp_path)
    assert found.problem.startswith(f"{uri}: the server does not answer (")
    assert found.seconds is None
