"""MLflow's store: opened safely, its experiments and runs looked up before they are created."""

import fcntl
import json
import sqlite3
import tempfile
import urllib.parse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from experiments.errors import UserError
from experiments.recording.record import Record
from experiments.tracking.writer import SQLITE

START = "start.json"
"""The artifact that holds a run's `start` event."""
VIEW = "results"
"""Name of the experiment's saved view, which shows the columns that matter."""
COLUMNS = [
    "metrics.`validation/accuracy`",
    "metrics.`test/accuracy`",
    "metrics.`train/accuracy`",
    "params.`architecture`",
    "params.`activation`",
    "params.`loss`",
    "params.`optimizer`",
    "params.`optimizer.learning_rate`",
    "params.`seed`",
    "tags.`outcome`",
    "attributes.`Created`",
    "attributes.`Duration`",
]


def open_store(uri: str) -> MlflowClient:
    """Return a client, creating an SQLite store if there is none, under a lock and another name.

    Two processes that create one at once destroy it for good, and so does one that breaks off.
    """
    if not uri.startswith(SQLITE):
        return MlflowClient(uri)
    path = Path(uri.removeprefix(SQLITE))
    if complete(path):
        return MlflowClient(uri)
    path.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{path}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _create(path)
        return MlflowClient(uri)


def _create(path: Path) -> None:
    """Create an SQLite store that is whole when it gets its name."""
    begun = Path(f"{path}.new")
    for left in (begun, Path(f"{begun}-journal")):
        left.unlink(missing_ok=True)
    MlflowClient(f"{SQLITE}{begun}")
    begun.rename(path)


def complete(path: Path) -> bool:
    """Whether MLflow has finished creating the store: the default experiment comes last."""
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


def experiment(client: MlflowClient, uri: str, tracking: Mapping[str, Any]) -> str:
    """Return the id of the experiment with the configured name, created if need be."""
    found = client.get_experiment_by_name(tracking["experiment"])
    if found is not None:
        return str(found.experiment_id)
    place = _artifacts(uri, tracking)
    try:
        return str(client.create_experiment(tracking["experiment"], place, tags=_view()))
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        return experiment(client, uri, tracking)  # another process was quicker


def _artifacts(uri: str, tracking: Mapping[str, Any]) -> str | None:
    """Return the folder of artifacts: as configured for this store, beside any other SQLite store.

    None for a server, which has its own place.
    """
    if not uri.startswith(SQLITE):
        return None
    beside = Path(uri.removeprefix(SQLITE)).with_name("mlartifacts")
    return str(Path(tracking["artifacts"] if tracking["uri"] == uri else beside).absolute())


def run(
    client: MlflowClient,
    experiment_id: str,
    kind: str,
    record: Mapping[str, Any],
    tags: dict[str, str],
) -> Run:
    """Return the run that mirrors a journal or a sweep, created if need be.

    ``tags[kind]`` holds the record's own id, by which the run is found again.
    """
    found = client.search_runs([experiment_id], f"tags.`{kind}` = '{tags[kind]}'")
    if found:
        return found[0]
    start = int(record["time"] * 1000)
    return client.create_run(experiment_id, start, tags, run_name=record["name"])


def _view() -> dict[str, str]:
    state = {
        "selectedColumns": COLUMNS,
        "orderByKey": "attributes.start_time",
        "orderByAsc": False,
    }
    view = {"name": "Results", "createdAt": 0, "updatedAt": 0, "state": json.dumps(state)}
    return {f"mlflow.sharedViewState.{VIEW}": json.dumps(view)}


def runs_page(base: str, experiment_id: str) -> str:
    """Return the address of an experiment's runs, in the view for model training."""
    return (
        f"{base}/#/experiments/{experiment_id}/runs"
        f"?workflowType=machine_learning&viewStateShareKey={VIEW}"
    )


def record(uri: str, run_id: str) -> Record:
    """Return the record of a run as MLflow has it. Raises UserError if it has none."""
    if uri.startswith(SQLITE) and not Path(uri.removeprefix(SQLITE)).exists():
        raise UserError(f"{run_id}: no such run, and no store {uri}")
    client = open_store(uri)
    try:
        run = client.get_run(run_id)
        with tempfile.TemporaryDirectory() as folder:
            start = json.loads(Path(client.download_artifacts(run_id, START, folder)).read_bytes())
    except (MlflowException, OSError) as error:
        raise UserError(f"{run_id}: no run of this project in {uri}: {error}") from None
    epochs: dict[int, dict[str, float]] = {}
    test: dict[str, float] = {}
    for name in run.data.metrics:
        for metric in client.get_metric_history(run_id, name):
            values = test if name.startswith("test/") else epochs.setdefault(metric.step, {})
            values[name] = metric.value
    return Record(
        start=start,
        epochs=[{"epoch": epoch, "metrics": epochs[epoch]} for epoch in sorted(epochs)],
        end={"status": run.data.tags["outcome"], "metrics": test},
    )
