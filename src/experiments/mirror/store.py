"""Open or create an MLflow store, and find or create experiments and runs in it."""

import fcntl
import sqlite3
import urllib.parse
from pathlib import Path

import sqlalchemy
from mlflow import MlflowClient
from mlflow.entities import LifecycleStage, Run
from mlflow.exceptions import MlflowException
from mlflow.store.db.db_types import DATABASE_ENGINES

from experiments.configuration import deleted_experiment, sqlite_path, sqlite_uri
from experiments.mirror.locations import follow_store, set_location
from experiments.mirror.view import view_tags
from experiments.recording import RecordedTracking, without_waiting


class DeletedExperimentError(MlflowException):
    """The experiment was deleted in MLflow. The message names the command that restores it."""


def open_store(uri: str) -> MlflowClient:
    """Return a client of a store. A missing SQLite store is created.

    Two processes that create one SQLite store at the same time destroy it, and so does one that is
    killed meanwhile. So it is created under a lock, in another file, which is then renamed. If the
    folder of an SQLite store has moved, its paths of artifacts are corrected. Raise MlflowException
    or SQLAlchemyError at once if another database refuses.
    """
    path = sqlite_path(uri)
    if path is None:
        _try_database(uri)
        return MlflowClient(uri)
    if is_complete(path):
        follow_store(path)
        return MlflowClient(uri)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{path}.lock", "w", opener=without_waiting) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _create(path)
        return MlflowClient(uri)


def _try_database(uri: str) -> None:
    """Connect to a database once. MLflow would repeat what is refused for two minutes."""
    if uri.partition(":")[0].partition("+")[0] not in DATABASE_ENGINES:
        return
    try:
        engine = sqlalchemy.create_engine(uri)
    except ModuleNotFoundError as error:
        message = f"this database needs the Python package {error.name}"
        raise MlflowException(message) from error
    try:
        engine.connect().close()
    finally:
        engine.dispose()


def _create(path: Path) -> None:
    new = Path(f"{path}.new")
    for leftover in (new, Path(f"{new}-journal")):
        leftover.unlink(missing_ok=True)
    MlflowClient(sqlite_uri(new))
    new.rename(path)


def is_complete(path: Path) -> bool:
    """Return whether MLflow has finished creating an SQLite store.

    It creates the default experiment last.
    """
    try:
        uri = f"file:{urllib.parse.quote(str(path))}?mode=ro"
        connection = sqlite3.connect(uri, uri=True)
    except sqlite3.Error:
        return False
    try:
        query = "SELECT 1 FROM experiments WHERE experiment_id = 0"
        return connection.execute(query).fetchone() is not None
    except sqlite3.Error:
        return False
    finally:
        connection.close()


def find_experiment(client: MlflowClient, uri: str, tracking: RecordedTracking) -> str:
    """Return the id of the experiment with the configured name; create it if it is missing.

    The artifacts of new runs go to the configured folder, also if the experiment had another one.
    Raise DeletedExperimentError if the experiment was deleted.
    """
    place = artifact_location(uri, tracking)
    found = client.get_experiment_by_name(tracking.experiment)
    if found is not None:
        if found.lifecycle_stage == LifecycleStage.DELETED:
            raise DeletedExperimentError(deleted_experiment(uri, found.name, found.experiment_id))
        path = sqlite_path(uri)
        if path and place and not _is_same(found.artifact_location, place):
            set_location(path, found.experiment_id, place)
        return str(found.experiment_id)
    try:
        return str(
            client.create_experiment(
                tracking.experiment, None if place is None else str(place), tags=view_tags()
            )
        )
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        return find_experiment(client, uri, tracking)  # another process has created it meanwhile


def _is_same(stored: str, folder: Path) -> bool:
    return stored == str(folder) or Path(stored).resolve() == folder.resolve()


def artifact_location(uri: str, tracking: RecordedTracking) -> Path | None:
    """Return the folder of artifacts, or None for a server, which has a place of its own.

    For the configured SQLite store it is the configured folder, else a folder next to the store.
    """
    path = sqlite_path(uri)
    if path is None:
        return None
    next_to_it = path.with_name("mlartifacts")
    return Path(tracking.artifacts if tracking.uri == uri else next_to_it).absolute()


def find_or_create_run(
    client: MlflowClient,
    experiment_id: str,
    *,
    key: str,
    tags: dict[str, str],
    name: str,
    start_time: float,
) -> Run:
    """Return the run with the value ``tags[key]`` in the tag ``key``; create it if it is missing.

    ``start_time`` is in seconds since 1970.
    """
    found = client.search_runs([experiment_id], f"tags.`{key}` = '{tags[key]}'")
    if found:
        return found[0]
    return client.create_run(experiment_id, milliseconds(start_time), tags, run_name=name)


def milliseconds(seconds: float) -> int:
    """Return a time as MLflow stores it."""
    return int(seconds * 1000)
