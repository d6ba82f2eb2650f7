"""Checks of an SQLite store before training."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from experiments.configuration import check_store, deleted_experiment, restorable, sqlite_uri
from experiments.errors import ConfigError
from experiments.recording import RecordedTracking


def tracking(uri: str | None, outputs: Path, experiment: str = "A") -> RecordedTracking:
    return RecordedTracking(experiment=experiment, uri=uri, artifacts="", outputs=str(outputs))


def create(file: Path, *experiments: tuple[str, str]) -> None:
    """Create a store with experiments: their names and their stages of life."""
    with closing(sqlite3.connect(file)) as database:
        database.execute(
            "CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name, lifecycle_stage)"
        )
        database.executemany(
            "INSERT INTO experiments (name, lifecycle_stage) VALUES (?, ?)", experiments
        )
        database.commit()


@pytest.mark.parametrize("uri", [None, "http://mlflow:5000"])
def test_no_store_and_a_server_are_not_asked(uri: str | None, tmp_path: Path) -> None:
    check_store(tracking(uri, tmp_path))


def test_a_store_that_can_be_created_leaves_nothing(tmp_path: Path) -> None:
    check_store(tracking(sqlite_uri(tmp_path / "new" / "deep" / "a.db"), tmp_path / "outputs"))
    assert not list(tmp_path.iterdir())


def test_a_store_that_cannot_be_created_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    uri = sqlite_uri(tmp_path / "file" / "a.db")
    with pytest.raises(ConfigError, match=rf"^{uri}: no file can be created in {tmp_path}/file \("):
        check_store(tracking(uri, tmp_path / "outputs"))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no such file system")
def test_a_folder_without_files_of_users_is_refused(tmp_path: Path) -> None:
    """Root has all permissions there."""
    with pytest.raises(ConfigError, match=r"no file can be created in /proc \("):
        check_store(tracking("sqlite:////proc/new/a.db", tmp_path))


def test_a_deleted_experiment_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a #1%20.db"
    create(file, ("other", "active"), ("A", "deleted"))
    with pytest.raises(
        ConfigError, match=r"^the experiment A was deleted .* --experiment-id 2, or"
    ):
        check_store(tracking(sqlite_uri(file), tmp_path))
    check_store(tracking(sqlite_uri(file), tmp_path, experiment="other"))
    check_store(tracking(sqlite_uri(file), tmp_path, experiment="new"))


def test_a_deleted_experiment_can_be_restored(tmp_path: Path) -> None:
    uri = sqlite_uri(tmp_path / "a.db")
    assert restorable(uri, "A") == restorable("http://127.0.0.1:9", "A") == ""
    create(tmp_path / "a.db", ("other", "active"), ("A", "deleted"))
    assert restorable(uri, "other") == restorable(uri, "new") == ""
    assert restorable(uri, "A") == deleted_experiment(uri, "A", "2")
    assert restorable(uri, "A").endswith("restore --experiment-id 2")


def test_a_store_that_is_empty_damaged_or_locked_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    file.touch()
    check_store(tracking(sqlite_uri(file), tmp_path))
    file.write_bytes(b"damaged" * 100)
    check_store(tracking(sqlite_uri(file), tmp_path))
    file.unlink()
    create(file, ("A", "deleted"))
    with closing(sqlite3.connect(file)) as database:
        database.execute("BEGIN EXCLUSIVE")
        check_store(tracking(sqlite_uri(file), tmp_path))
