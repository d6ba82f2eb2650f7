"""The metrics of epochs in an SQLite store, which are read past MLflow."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from experiments.errors import UserError
from experiments.mirror import epoch_metrics

VALUES = [
    ("r1", "train/cost", 1, 0.1),
    ("r1", "train/cost", 2, 1 / 3),
    ("r1", "test/cost", 2, 0.5),
    ("r1", "best_epoch/epoch", 2, 1.0),
    ("r2", "train/cost", 1, 0.25),
]


@pytest.fixture
def uri(tmp_path: Path) -> str:
    """The address of an SQLite file with MLflow's table of metrics."""
    path = tmp_path / "a store?.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE metrics (run_uuid, key, step, value)")
        connection.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?)", VALUES)
        connection.commit()
    return f"sqlite:///{path}"


def test_the_metrics_of_the_epochs_of_chosen_runs_are_read_to_the_last_bit(uri: str) -> None:
    assert list(epoch_metrics(uri, ["r1"])) == VALUES[:2]
    assert list(epoch_metrics(uri, ["r2", "r1"])) == [*VALUES[:2], VALUES[4]]
    assert list(epoch_metrics(uri, [])) == []


def test_a_file_without_the_table_is_an_error_of_one_line(tmp_path: Path) -> None:
    (tmp_path / "other.db").touch()
    uri = f"sqlite:///{tmp_path}/other.db"
    with pytest.raises(UserError, match=f"^{uri}: no such table: metrics$"):
        list(epoch_metrics(uri, ["r1"]))
