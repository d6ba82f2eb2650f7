"""MLflow stores: complete ones, and the places of their artifacts."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from experiments.mirror.store import artifact_location, is_complete, milliseconds
from experiments.recording import RecordedTracking

URI = "sqlite:////stores/mlflow.db"
TRACKING = RecordedTracking(experiment="tests", uri=URI, artifacts="/stores/mlartifacts of mine")


def create(path: Path, *statements: str) -> Path:
    """Execute statements in an SQLite file."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return path


TABLE = "CREATE TABLE experiments (experiment_id INTEGER)"


def test_a_store_is_complete_when_it_has_its_default_experiment(tmp_path: Path) -> None:
    path = create(tmp_path / "a store?.db", TABLE)
    assert not is_complete(path)
    create(path, "INSERT INTO experiments VALUES (1)")
    assert not is_complete(path)
    create(path, "INSERT INTO experiments VALUES (0)")
    assert is_complete(path)


def test_a_missing_store_is_not_complete_and_is_not_created(tmp_path: Path) -> None:
    assert not is_complete(tmp_path / "mlflow.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("contents", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 200])
def test_another_file_is_not_a_complete_store(tmp_path: Path, contents: bytes) -> None:
    (tmp_path / "mlflow.db").write_bytes(contents)
    assert not is_complete(tmp_path / "mlflow.db")


def test_artifacts_of_the_configured_store_go_to_the_configured_folder() -> None:
    assert artifact_location(URI, TRACKING) == Path("/stores/mlartifacts of mine")


def test_artifacts_of_another_sqlite_store_go_next_to_it() -> None:
    location = artifact_location("sqlite:////copies/another.db", TRACKING)
    assert location == Path("/copies/mlartifacts")


def test_a_server_has_a_place_for_artifacts_of_its_own() -> None:
    assert artifact_location("http://127.0.0.1:5000", TRACKING) is None


def test_the_place_of_artifacts_is_an_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    location = artifact_location("sqlite:///mlflow.db", TRACKING)
    assert location == tmp_path / "mlartifacts"


def test_times_are_whole_milliseconds() -> None:
    assert milliseconds(1000.0019) == 1_000_001
