"""Read runs back from MLflow, with their records and files."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from mlflow.artifacts import download_artifacts
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from experiments.errors import UserError
from experiments.mirror import tags
from experiments.mirror.correct_tags import read_correct
from experiments.mirror.reading import (
    deleted_with_runs,
    existing_store,
    readable_store,
    readable_tags,
    search_runs,
)
from experiments.mirror.runs import START
from experiments.mirror.store_errors import describe_error
from experiments.mirror.tracked_metrics import END_PREFIXES, metrics_of_run
from experiments.recording import (
    BEST_EPOCH_CORRECT,
    CORRECT,
    NETWORK,
    WEIGHTS,
    Certificate,
    End,
    Epoch,
    Record,
    Start,
    Status,
)


@dataclass(frozen=True, kw_only=True)
class TrackedRun:
    """A run as MLflow has it. Times are in seconds since 1970.

    ``folder`` is the folder of its record, ``data`` the SHA-256 of its images, ``sweeps`` the ids
    of its sweeps. ``parameters`` are text, as MLflow stores them. ``ended`` is None while the run
    has no end, ``certificate`` in older records. ``end_metrics`` are the metrics that a finished
    run has once, ``correct_images`` is as `End.correct_images`.
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
    certificate: Certificate | None
    end_metrics: Mapping[str, float]
    correct_images: Mapping[str, bytes]


def find_runs(uri: str) -> list[TrackedRun]:
    """Return all runs of this project in a store, the newest first.

    Raise UserError if the store fails.
    """
    found = search_runs(existing_store(uri), uri, f"tags.{tags.IDENTITY} != ''")
    return [tracked_run(run, uri) for run in found]


def tracked_record(uri: str, run_id: str) -> Record:
    """Return the record of a run as MLflow has it. Raise UserError if it has none."""
    client = existing_store(uri)
    try:
        run = client.get_run(run_id)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(client.download_artifacts(run_id, START, folder))
            start = msgspec.json.decode(file.read_bytes(), type=Start)
    except (MlflowException, OSError, ValueError) as error:
        reason = describe_error(error)
        raise UserError(f"{uri}: no run of this project with the id {run_id}: {reason}") from None
    epochs: dict[int, dict[str, float]] = {}
    end: dict[str, float] = {}
    with readable_store(uri):
        for name, step, value in metrics_of_run(client, run):
            values = end if name.startswith(END_PREFIXES) else epochs.setdefault(step, {})
            values[name] = value
    with readable_tags(run, uri):
        status = Status(run.data.tags[tags.STATUS])
        correct = read_correct(run.data.tags)
    return Record(
        start=start,
        epochs=[Epoch(epoch=epoch, metrics=epochs[epoch], elapsed=0.0) for epoch in sorted(epochs)],
        end=End(
            status=status,
            metrics=end,
            correct=correct.get(CORRECT, b""),
            best_epoch_correct=correct.get(BEST_EPOCH_CORRECT, b""),
        ),
    )


def download_files(uri: str, identity: str, folder: Path) -> None:
    """Write the network and the first-layer weights of a run to a folder, if they were kept.

    Raise UserError if the store has no run of this identity, or fails.
    """
    client = existing_store(uri)
    found = search_runs(client, uri, f"tags.{tags.IDENTITY} = '{identity}'")
    if not found:
        raise UserError(f"{uri}: no run {identity} is tracked there{deleted_with_runs(uri)}")
    run = found[0]
    with readable_store(uri):
        if any(each.path == WEIGHTS for each in client.list_artifacts(run.info.run_id)):
            client.download_artifacts(run.info.run_id, WEIGHTS, str(folder))
        if run.outputs and run.outputs.model_outputs:
            model = client.get_logged_model(run.outputs.model_outputs[0].model_id)
            network = f"{model.artifact_location}/artifacts/{NETWORK}"
            download_artifacts(network, dst_path=str(folder), tracking_uri=uri)


def tracked_run(run: Run, uri: str) -> TrackedRun:
    """Return a run as its tags, params and metrics say. Raise UserError for tags of other kinds."""
    run_tags = run.data.tags
    with readable_tags(run, uri):
        return TrackedRun(
            id=run.info.run_id,
            identity=run_tags[tags.IDENTITY],
            name=run.info.run_name,
            status=Status(run_tags.get(tags.STATUS, Status.RUNNING)),
            message=run_tags.get(tags.MESSAGE, ""),
            folder=run_tags.get(tags.FOLDER, ""),
            data=run_tags.get(tags.DATA, ""),
            sweeps=tags.read_list(run_tags, tags.SWEEPS),
            started=run.info.start_time / 1000,
            ended=run.info.end_time / 1000 if run.info.end_time else None,
            parameters=run.data.params,
            certificate=tags.read_certificate(run_tags),
            end_metrics={
                name: value
                for name, value in run.data.metrics.items()
                if name.startswith(END_PREFIXES)
            },
            correct_images=read_correct(run_tags),
        )
