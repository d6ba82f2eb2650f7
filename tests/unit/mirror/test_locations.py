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
    """Return the paths of the run, the model and its version."""
    with closing(sqlite3.connect(store)) as connection:
        found = {
            str(value)
            for table, column, _ in COLUMNS
            for (value,) in connection.execute(f"SELECT {column} FROM {table}")
        }
    unchanged = {"None", "s3://bucket/r/artifacts", "models:/m"}
    assert unchanged <= found
    return found - unchanged


def location_of(store: Path, experiment: int) -> str:
    query = "SELECT artifact_location FROM experiments WHERE experiment_id = ?"
    with closing(sqlite3.connect(store)) as connection:
        ((found,),) = connection.execute(query, (experiment,))
    return str(found)


def below(folder: Path) -> set[str]:
    """Return the paths of a store whose artifacts are in a folder."""
    return {f"{folder}/r/artifacts", f"{folder}/models/m/artifacts"}


def make(folder: Path) -> Path:
    """Make the folders of the artifacts of the run and of the model."""
    for each in below(folder):
        Path(each).mkdir(parents=True)
    return folder


def test_paths_follow_the_store_to_the_files_next_to_it(store: Path, tmp_path: Path) -> None:
    here = make(tmp_path / "art%_")
    follow_store(store)
    assert locations(store) == below(here)


def test_paths_of_a_copied_store_lead_to_the_copies(store: Path, tmp_path: Path) -> None:
    make(tmp_path / "old" / "art%_")
    here = make(tmp_path / "art%_")
    follow_store(store)
    assert locations(store) == below(here)


def test_paths_stay_if_their_files_are_not_next_to_the_store(store: Path, tmp_path: Path) -> None:
    make(tmp_path / "others")
    (tmp_path / "art%_" / "another run" / "artifacts").mkdir(parents=True)
    follow_store(store)
    assert locations(store) == below(tmp_path / "old" / "art%_")


def test_a_new_location_holds_for_new_runs_of_one_experiment(store: Path, tmp_path: Path) -> None:
    set_location(store, "1", tmp_path / "new")
    assert location_of(store, 1) == str(tmp_path / "new")
    assert location_of(store, 0) == "/no/such/folder/0"
    assert locations(store) == below(tmp_path / "old" / "art%_")


def test_runs_whose_files_were_moved_to_the_new_location_follow(
    store: Path, tmp_path: Path
) -> None:
    new = make(tmp_path / "new")
    set_location(store, "1", new)
    assert locations(store) == below(new)


def test_runs_whose_files_are_at_the_old_location_stay(store: Path, tmp_path: Path) -> None:
    old, new = make(tmp_path / "old" / "art%_"), make(tmp_path / "new")
    set_location(store, "1", new)
    assert locations(store) == below(old)
