"""Whether runs can be tracked in an SQLite store: asked before training, without MLflow."""

import errno
import os
import shlex
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from experiments.configuration.command_line import program
from experiments.configuration.store_address import EXAMPLES, sqlite_path
from experiments.errors import ConfigError
from experiments.recording import RecordedTracking

PASSING = (errno.ENOSPC, errno.EDQUOT)
"""A full disk: runs continue without MLflow until there is space again."""


def check_store(tracking: RecordedTracking) -> None:
    """Raise ConfigError if an SQLite store cannot be written, or its experiment was deleted.

    A store that is locked or damaged may be repaired while the runs are done. A server is not
    asked.
    """
    path = sqlite_path(tracking.uri) if tracking.uri is not None else None
    if path is None or tracking.uri is None:
        return
    in_outputs = path.is_relative_to(tracking.outputs)  # then the run itself says so
    if not path.exists():
        if not in_outputs:
            _check_can_create(path, tracking.uri)
        return
    if not in_outputs:
        _check_can_write(path, tracking.uri)
    if deleted := restorable(tracking.uri, tracking.experiment):
        raise ConfigError(f"{deleted}, or choose another name with tracking.experiment=NAME")


def restorable(uri: str, experiment: str) -> str:
    """Return the message about an experiment that was deleted from an SQLite store.

    It is empty if the experiment was not deleted, or if that is not known.
    """
    path = sqlite_path(uri)
    deleted = _deleted_id(path, experiment) if path is not None else None
    return deleted_experiment(uri, experiment, deleted) if deleted is not None else ""


def deleted_experiment(uri: str, name: str, experiment_id: str) -> str:
    """Return the message about a deleted experiment, with the command that restores it."""
    restore = shlex.join(
        [program("mlflow"), "experiments", "restore", "--experiment-id", experiment_id]
    )
    return (
        f"the experiment {name} was deleted in MLflow; restore it with"
        f" MLFLOW_TRACKING_URI={shlex.quote(uri)} {restore}"
    )


def _check_can_create(path: Path, uri: str) -> None:
    """Raise ConfigError if the file cannot be created, nor the folders above it."""
    folder = next(each for each in path.absolute().parents if each.exists())
    try:
        with tempfile.TemporaryFile(dir=folder):
            return
    except OSError as error:
        if error.errno in PASSING:
            return
        raise ConfigError(
            f"{uri}: no file can be created in {folder} ({error.strerror}); {EXAMPLES}"
        ) from None


def _check_can_write(path: Path, uri: str) -> None:
    """Raise ConfigError if the store cannot be changed. SQLite makes a file beside it for that."""
    for place in (path, path.parent):
        if not os.access(place, os.W_OK, effective_ids=True):
            raise ConfigError(f"{uri}: {place} cannot be written; {EXAMPLES}")


def _deleted_id(path: Path, experiment: str) -> str | None:
    """Return the id of an experiment that was deleted; None if it was not, or is not known."""
    query = "SELECT experiment_id, lifecycle_stage FROM experiments WHERE name = ?"
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)
        ) as database:
            found = database.execute(query, [experiment]).fetchall()
    except sqlite3.Error:
        return None
    return str(found[0][0]) if found and all(stage == "deleted" for _, stage in found) else None
