"""Searching an MLflow store for runs and sweeps of this project, and reading what it has of them.

A store that does not exist or does not answer is a UserError of one line.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities import Run

from experiments.configuration import sqlite_path
from experiments.errors import UserError
from experiments.mirror import tags
from experiments.mirror.store import is_complete, open_store
from experiments.mirror.store_errors import STORE_ERRORS, describe_error
from experiments.mirror.tracked import END_METRICS
from experiments.recording import NETWORK, WEIGHTS, Status

PAGE = 1000
"""The most runs that MLflow returns at once."""

MetricValue = tuple[str, str, int, float]
"""The id of a run, the name of a metric, an epoch, and the value."""


@dataclass(frozen=True, kw_only=True)
class TrackedRun:
    """A run as MLflow has it. Times are in seconds since 1970.

    ``folder`` is the folder of its record, ``data`` the SHA-256 of its images, ``sweeps`` the ids
    of its sweeps. ``parameters`` are text, as MLflow stores them. ``ended`` is None while the run
    has no end. ``end_metrics`` are the metrics that a finished run has once.
    """

    id: str
    identity: str
    name: str
    status: Status
    message: str
    folder: str
    data: str
    sweeps: Sequence[str]
    started: float
    ended: float | None
    parameters: Mapping[str, str]
    end_metrics: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class TrackedSweep:
    """A sweep as MLflow has it; ``time`` is the time of its first start, in seconds since 1970."""

    id: str
    name: str
    overrides: Sequence[str]
    n_runs: int
    time: float


def find_runs(uri: str) -> list[TrackedRun]:
    """Return all runs of this project in a store, the newest first."""
    return [
        _tracked_run(run, uri) for run in _search(_client(uri), uri, f"tags.{tags.IDENTITY} != ''")
    ]


def find_sweeps(uri: str) -> list[TrackedSweep]:
    """Return all sweeps in a store, the newest last."""
    found = _search(_client(uri), uri, f"tags.{tags.SWEEP} != ''")
    return [_tracked_sweep(run, uri) for run in reversed(found)]


def epoch_metrics(uri: str, run_ids: Sequence[str]) -> Iterator[MetricValue]:
    """Yield the metrics of all epochs of these runs.

    An SQLite store is read directly, because that is 20 times faster than through MLflow.
    """
    path = sqlite_path(uri)
    wanted = {*run_ids}
    found = _from_client(uri, run_ids) if path is None else _from_sqlite(path, uri)
    for value in found:
        if value[0] in wanted and not value[1].startswith(END_METRICS):
            yield value


def download_files(uri: str, identity: str, folder: Path) -> None:
    """Write the network and the first-layer weights of a run to a folder, if they were kept.

    Raise UserError if the store has no run of this identity.
    """
    client = _client(uri)
    found = _search(client, uri, f"tags.{tags.IDENTITY} = '{identity}'")
    if not found:
        raise UserError(f"{uri}: no run {identity} is tracked there")
    run = found[0]
    with _one_line_errors(uri):
        if any(each.path == WEIGHTS for each in client.list_artifacts(run.info.run_id)):
            client.download_artifacts(run.info.run_id, WEIGHTS, str(folder))
        if run.outputs and run.outputs.model_outputs:
            model = client.get_logged_model(run.outputs.model_outputs[0].model_id)
            network = f"{model.artifact_location}/artifacts/{NETWORK}"
            download_artifacts(network, dst_path=str(folder), tracking_uri=uri)


def _client(uri: str) -> MlflowClient:
    path = sqlite_path(uri)
    if path is not None and not is_complete(path):
        raise UserError(f"{uri}: there is no such store")
    try:
        return open_store(uri)
    except Exception as error:  # of the library that MLflow uses for such an address
        reason = describe_error(error)
        raise UserError(f"{uri}: this is no store that can be read: {reason}") from None


@contextmanager
def _one_line_errors(uri: str) -> Iterator[None]:
    """Raise the errors of a store as UserError."""
    try:
        yield
    except (*STORE_ERRORS, sqlite3.Error) as error:
        raise UserError(f"{uri}: {describe_error(error)}") from None


def _search(client: MlflowClient, uri: str, condition: str) -> list[Run]:
    """Return the runs in all experiments that meet a condition, the newest first."""
    found: list[Run] = []
    token: str | None = None
    with _one_line_errors(uri):
        experiments = [each.experiment_id for each in client.search_experiments()]
        while token != "":
            page = client.search_runs(experiments, condition, max_results=PAGE, page_token=token)
            found += page
            token = page.token or ""
    return found


def _tracked_run(run: Run, uri: str) -> TrackedRun:
    with _readable_tags(run, uri):
        return TrackedRun(
            id=run.info.run_id,
            identity=run.data.tags[tags.IDENTITY],
            name=run.info.run_name,
            status=Status(run.data.tags.get(tags.STATUS, Status.RUNNING)),
            message=run.data.tags.get(tags.MESSAGE, ""),
            folder=run.data.tags.get(tags.FOLDER, ""),
            data=run.data.tags.get(tags.DATA, ""),
            sweeps=tags.read_list(run.data.tags, tags.SWEEPS),
            started=run.info.start_time / 1000,
            ended=run.info.end_time / 1000 if run.info.end_time else None,
            parameters=run.data.params,
            end_metrics={
                name: value
                for name, value in run.data.metrics.items()
                if name.startswith(END_METRICS)
            },
        )


def _tracked_sweep(run: Run, uri: str) -> TrackedSweep:
    with _readable_tags(run, uri):
        return TrackedSweep(
            id=run.data.tags[tags.SWEEP],
            name=run.info.run_name,
            overrides=tags.read_list(run.data.tags, tags.OVERRIDES),
            n_runs=int(run.data.tags.get(tags.RUNS, "")),
            time=run.info.start_time / 1000,
        )


@contextmanager
def _readable_tags(run: Run, uri: str) -> Iterator[None]:
    """Raise UserError if the tags of a run are not as the mirror writes them."""
    try:
        yield
    except (ValueError, json.JSONDecodeError) as error:
        raise UserError(
            f"{uri}: the tags of run {run.info.run_id} were changed or are of another version:"
            f" {error}; delete the run, and `experiments sync` makes it again"
        ) from None


def _from_client(uri: str, run_ids: Sequence[str]) -> Iterator[MetricValue]:
    client = _client(uri)
    with _one_line_errors(uri):
        for run_id in run_ids:
            for name in client.get_run(run_id).data.metrics:
                for metric in client.get_metric_history(run_id, name):
                    yield run_id, name, metric.step, metric.value


def _from_sqlite(path: Path, uri: str) -> Iterator[MetricValue]:
    with _one_line_errors(uri):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            yield from connection.execute("SELECT run_uuid, key, step, value FROM metrics")
        finally:
            connection.close()
