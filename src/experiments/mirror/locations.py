"""Correct the artifact folders in an SQLite store after its outputs folder has moved.

MLflow keeps absolute paths. Without a correction, artifacts would go to the old place.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

COLUMNS = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
"""The columns of MLflow's tables that hold paths of artifacts."""
DEPTHS = (
    ("SELECT DISTINCT artifact_location FROM experiments WHERE experiment_id != 0", 0),
    ("SELECT artifact_uri FROM runs", 2),  # FOLDER/RUN/artifacts
    ("SELECT artifact_location FROM logged_models", 3),  # FOLDER/models/MODEL/artifacts
)
"""Queries for paths, and the number of their last parts that are not the folder of artifacts."""
TIMEOUT = 30.0
"""Seconds to wait for another process that writes to the store."""


def follow_store(store: Path) -> None:
    """Correct the folders that are missing, if there is one of the same name next to the store."""
    with _connection(store) as connection:
        for folder in _missing_folders(connection):
            here = store.absolute().parent / folder.name
            if here.is_dir():
                _replace(connection, folder, here)


def set_location(store: Path, experiment_id: str, folder: Path) -> None:
    """Make ``folder`` the folder for artifacts of new runs of an experiment.

    Runs whose folder is missing are moved there, too.
    """
    with _connection(store) as connection:
        connection.execute(
            "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?",
            (str(folder), int(experiment_id)),
        )
        for missing in _missing_folders(connection):
            _replace(connection, missing, folder)


@contextmanager
def _connection(store: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection whose changes are committed together."""
    with closing(sqlite3.connect(store, timeout=TIMEOUT)) as connection, connection:
        yield connection


def _missing_folders(connection: sqlite3.Connection) -> list[Path]:
    """Return the folders of artifacts that the store names, and that do not exist."""
    folders = set()
    for query, depth in DEPTHS:
        for (text,) in connection.execute(query):
            path = Path(text or "")
            if path.is_absolute() and len(path.parents) > depth:
                folders.add([path, *path.parents][depth])
    return sorted(folder for folder in folders if not folder.exists())


def _replace(connection: sqlite3.Connection, old: Path, new: Path) -> None:
    """Replace a folder by another at the beginning of all paths."""
    for table, column in COLUMNS:
        connection.execute(
            f"UPDATE {table} SET {column} = :new || substr({column}, length(:old) + 1)"  # noqa: S608
            f" WHERE {column} = :old OR substr({column}, 1, length(:old) + 1) = :old || '/'",
            {"old": str(old), "new": str(new)},
        )
