"""Correct the paths of artifacts in an SQLite store after its outputs folder has moved.

MLflow keeps absolute paths. Without a correction, artifacts would go to the old place. A path is
changed only if the files of that run or model are at the new place.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

COLUMNS = (
    ("runs", "artifact_uri", 2),  # FOLDER/RUN/artifacts
    ("logged_models", "artifact_location", 3),  # FOLDER/models/MODEL/artifacts
    ("model_versions", "source", 3),
    ("model_versions", "storage_location", 3),
)
"""Tables and columns of MLflow with paths, and the number of parts below the artifacts' folder."""
TIMEOUT = 30.0
"""Seconds to wait for another process that writes to the store."""


def follow_store(store: Path) -> None:
    """Correct the paths whose files are next to the store, in a folder of the same name.

    This is so after the outputs folder was moved or copied.
    """
    here = store.absolute().parent
    with _connection(store) as connection:
        for table, column, depth in COLUMNS:
            for path in _paths(connection, table, column, depth):
                folder = path.parents[depth - 1]
                _move(connection, (table, column), path, here / folder.name / _tail(path, depth))


def set_location(store: Path, experiment_id: str, folder: Path) -> None:
    """Make ``folder`` the folder for artifacts of new runs of an experiment.

    The paths of earlier runs are corrected if their files have been moved there.
    """
    with _connection(store) as connection:
        connection.execute(
            "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?",
            (str(folder), int(experiment_id)),
        )
        for table, column, depth in COLUMNS:
            for path in _paths(connection, table, column, depth):
                if not path.exists():
                    _move(connection, (table, column), path, folder / _tail(path, depth))


@contextmanager
def _connection(store: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection whose changes are committed together."""
    with closing(sqlite3.connect(store, timeout=TIMEOUT)) as connection, connection:
        yield connection


def _paths(connection: sqlite3.Connection, table: str, column: str, depth: int) -> list[Path]:
    """Return the absolute paths in a column that have enough parts."""
    rows = connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall()  # noqa: S608
    paths = [Path(text) for (text,) in rows if text]
    return [path for path in paths if path.is_absolute() and len(path.parents) > depth]


def _tail(path: Path, depth: int) -> Path:
    """Return the last ``depth`` parts of a path."""
    return Path(*path.parts[-depth:])


def _move(connection: sqlite3.Connection, column: tuple[str, str], old: Path, new: Path) -> None:
    """Replace a path in a column of a table, given as a pair, if the new one exists."""
    table, name = column
    if new != old and new.parent.exists():
        connection.execute(
            f"UPDATE {table} SET {name} = ? WHERE {name} = ?",  # noqa: S608
            (str(new), str(old)),
        )
