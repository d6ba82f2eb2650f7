"""The folders of artifacts in an SQLite store, after its folder has moved."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from experiments.mirror.locations import COLUMNS, follow_store, set_location


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with the tables of MLflow as far as they hold paths: a run, a model, its version."""
    path = tmp_path / "mlflow.db"
    base = tmp_path / "old" / "art%_"
    rows = {
        "experiments": f"1, '{base}'",
        "runs": f"'{base}/r/artifacts'",
        "logged_models": f"'{base}/models/m/artifacts'",
        "model_versions": f"'models:/m', '{base}/models/m/artifacts'",
    }
    with closing(sqlite3.connect(path)) as connection:
        for statement in (
            "CREATE TABLE experiments (experiment_id INTEGER, artifact_location TEXT)",
            "CREATE TABLE runs (artifact_uri TEXT)",
            "CREATE TABLE logged_models (artifact_location TEXT)",
            "CREATE TABLE model_versions (source TEXT, storage_location TEXT)",
            "INSERT INTO experiments VALUES (0, '/no/such/folder/0')",
            *(f"INSERT INTO {table} VALUES ({values})" for table, values in rows.items()),
            "INSERT INTO runs VALUES (NULL), ('s3://bucket/r/artifacts')",
        ):
            connection.execute(statement)
        connection.commit()
    return path


def locations(store: Path) -> set[str]:
    """Return all paths in a store, except those that never change."""
    with closing(sqlite3.connect(store)) as connection:
        found = {
            str(value)
            for table, column in COLUMNS
            for (value,) in connection.execute(f"SELECT {column} FROM {table}")
        }
    unchanged = {"None", "s3://bucket/r/artifacts", "models:/m", "/no/such/folder/0"}
    assert unchanged <= found
    return found - unchanged


def below(folder: Path) -> set[str]:
    """Return the paths of a store whose artifacts are in a folder."""
    return {str(folder), f"{folder}/r/artifacts", f"{folder}/models/m/artifacts"}


def test_paths_follow_the_store_to_the_folder_next_to_it(store: Path, tmp_path: Path) -> None:
    (tmp_path / "art%_").mkdir()
    follow_store(store)
    assert locations(store) == below(tmp_path / "art%_")


def test_paths_stay_while_their_folder_exists(store: Path, tmp_path: Path) -> None:
    (tmp_path / "art%_").mkdir()
    (tmp_path / "old" / "art%_").mkdir(parents=True)
    follow_store(store)
    assert locations(store) == below(tmp_path / "old" / "art%_")


def test_paths_stay_while_no_folder_of_that_name_is_next_to_the_store(
    store: Path, tmp_path: Path
) -> None:
    (tmp_path / "others").mkdir()
    follow_store(store)
    assert locations(store) == below(tmp_path / "old" / "art%_")


def test_a_new_location_holds_for_new_runs_while_the_old_folder_exists(
    store: Path, tmp_path: Path
) -> None:
    old, new = tmp_path / "old" / "art%_", tmp_path / "new"
    old.mkdir(parents=True)
    set_location(store, "1", new)
    assert locations(store) == {str(new), *below(old)} - {str(old)}


def test_a_new_location_holds_for_all_runs_if_the_old_folder_is_missing(
    store: Path, tmp_path: Path
) -> None:
    set_location(store, "1", tmp_path / "new")
    assert locations(store) == below(tmp_path / "new")


def test_a_folder_whose_name_only_begins_like_the_old_one_stays(
    store: Path, tmp_path: Path
) -> None:
    other = tmp_path / "old" / "art%_2" / "r" / "artifacts"
    other.mkdir(parents=True)
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("INSERT INTO runs VALUES (?)", (str(other),))
        connection.commit()
    set_location(store, "1", tmp_path / "new")
    assert locations(store) == {str(other), *below(tmp_path / "new")}
