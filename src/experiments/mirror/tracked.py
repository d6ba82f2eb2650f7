"""Tracked runs and sweeps, read back from MLflow and supplemented."""

import tempfile
from pathlib import Path

import msgspec
from mlflow.exceptions import MlflowException

from experiments.configuration import sqlite_path
from experiments.errors import UserError
from experiments.mirror import tags
from experiments.mirror.runs import START
from experiments.mirror.store import open_store
from experiments.recording import End, Epoch, Record, Start, Status

END_METRICS = ("test/", "best_epoch/")
"""How the names of metrics begin that a run has at its end, and not after each epoch."""


def tracked_record(uri: str, run_id: str) -> Record:
    """Return the record of a run as MLflow has it. Raise UserError if it has none."""
    path = sqlite_path(uri)
    if path is not None and not path.exists():
        raise UserError(f"{run_id}: no such run, and no store {uri}")
    client = open_store(uri)
    try:
        run = client.get_run(run_id)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(client.download_artifacts(run_id, START, folder))
            start = msgspec.json.decode(file.read_bytes(), type=Start)
    except (MlflowException, OSError, msgspec.DecodeError) as error:
        raise UserError(f"{run_id}: no run of this project in {uri}: {error}") from None
    epochs: dict[int, dict[str, float]] = {}
    end: dict[str, float] = {}
    for name in run.data.metrics:
        for metric in client.get_metric_history(run_id, name):
            values = end if name.startswith(END_METRICS) else epochs.setdefault(metric.step, {})
            values[name] = metric.value
    return Record(
        start=start,
        epochs=[Epoch(epoch=epoch, metrics=epochs[epoch], elapsed=0.0) for epoch in sorted(epochs)],
        end=End(status=Status(run.data.tags[tags.STATUS]), metrics=end),
    )


def attach(uri: str, sweep: str, files: Path) -> bool:
    """Attach the files of a folder to a sweep in MLflow; return whether MLflow has the sweep."""
    client = open_store(uri)
    experiments = [each.experiment_id for each in client.search_experiments()]
    found = client.search_runs(experiments, f"tags.`{tags.SWEEP}` = '{sweep}'")
    if found:
        client.log_artifacts(found[0].info.run_id, str(files))
    return bool(found)
