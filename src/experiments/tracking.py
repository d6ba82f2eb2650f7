"""The one writer that follows journals into MLflow, in a process of its own.

`python -m experiments.tracking FOLDER` follows the run or the sweep in FOLDER until its standard
input is closed; `sync` brings MLflow up to date once. Everything it writes it derives from the
journals and looks up before it creates, so it can be repeated.
"""

import json
import logging
import os
import select
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run, RunTag
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from experiments import models, plots, store
from experiments.errors import UserError
from experiments.journal import NETWORK, Follower, read_sweep

POLL = 0.2  # seconds between two looks at the journals
OUTCOMES = {"finished": "FINISHED", "diverged": "FAILED", "failed": "FAILED", "killed": "KILLED"}
"""MLflow's status for each outcome; the tag `outcome` keeps the difference."""


class TrackedRun:
    """One journal and the MLflow run that mirrors it."""

    def __init__(self, client: MlflowClient, folder: Path, parent: Run | None) -> None:
        self.client = client
        self.folder = folder
        self.parent = parent
        self.follower = Follower(folder)
        self.start: Mapping[str, Any] = {}
        self.end: Mapping[str, Any] = {}
        self.history: dict[str, list[float]] = {}
        self.run_id = ""
        self.time: int | None = None  # of the last event, in milliseconds

    def update(self) -> None:
        """Bring MLflow up to the journal."""
        metrics: list[Metric] = []
        for event in self.follower.events():
            self.time = _milliseconds(event)
            if event["event"] == "start":
                self._begin(event)
            elif event["event"] == "epoch":
                metrics += _metrics(event, event["epoch"])
                for name, value in event["metrics"].items():
                    self.history.setdefault(name, []).append(value)
            else:
                metrics += _metrics(event, self.epochs)
                self.end = event
        if metrics:
            self.client.log_batch(self.run_id, metrics=metrics)
        if self.end:
            self._finish()

    @property
    def epochs(self) -> int:
        """How many epochs the journal holds."""
        return len(self.history.get("train/cost", ()))

    def interrupt(self) -> None:
        """Mark the run as killed unless its journal says how it ended."""
        if self.run_id and not self.end:
            self.client.set_tag(self.run_id, "outcome", "killed")
            self.client.set_terminated(self.run_id, "KILLED", self.time)

    def _begin(self, start: Mapping[str, Any]) -> None:
        self.start = start
        tags = {"run": start["id"], "folder": str(self.folder), **_tags(start)}
        if self.parent:
            experiment_id = self.parent.info.experiment_id
            tags["mlflow.parentRunId"] = self.parent.info.run_id
        else:
            experiment_id = store.experiment(self.client, start["config"]["tracking"])
        run = store.run(self.client, experiment_id, "run", start, tags)
        self.run_id = run.info.run_id
        params = [Param(name, str(value)[:6000]) for name, value in parameters(start).items()]
        self.client.log_batch(self.run_id, params=params)
        if "dataset" in start:
            self.client.log_inputs(self.run_id, datasets=_dataset_inputs(start["dataset"]))
        self.client.log_dict(self.run_id, start["config"], "config.yaml")

    def _finish(self) -> None:
        end, name = self.end, self.start["name"]
        if self.epochs:
            figure = plots.learning_curves({name: self.history}, name)
            self.client.log_figure(self.run_id, figure, "learning_curves.png")
        tags = [RunTag("outcome", end["status"])]
        if end["status"] == "finished":
            figure = plots.confusion_matrix(end["confusion_matrix"], f"{name}: validation set")
            self.client.log_figure(self.run_id, figure, "confusion_matrix.png")
            network = self.folder / NETWORK
            models.log(self.client, self.run_id, network, self.start["config"], self.epochs)
        else:
            tags.append(RunTag("mlflow.note.content", f"{end['status']}: {end['message']}"))
        if "traceback" in end:
            self.client.log_text(self.run_id, end["traceback"], "traceback.txt")
        self.client.log_batch(self.run_id, tags=tags)
        self.client.set_terminated(self.run_id, OUTCOMES[end["status"]], _milliseconds(end))


class TrackedFolder:
    """The folder of a run, or of a sweep and its runs, and what mirrors it in MLflow."""

    def __init__(self, folder: Path, uri: str) -> None:
        self.client = store.open_store(uri)
        self.sweep = read_sweep(folder)
        self.parent: Run | None = None
        folders = [folder]
        if self.sweep:
            self.parent = self._begin(self.sweep)
            folders = [folder / run["folder"] for run in self.sweep["runs"]]
        self.runs = [TrackedRun(self.client, each, self.parent) for each in folders]

    def update(self) -> None:
        """Bring MLflow up to the journals."""
        for run in self.runs:
            if not run.end:
                run.update()

    def close(self) -> None:
        """Mark as killed the runs that did not say how they ended, and end the sweep."""
        for run in self.runs:
            run.interrupt()
        if self.sweep and self.parent:
            self._finish(self.sweep, self.parent.info.run_id)

    def _begin(self, sweep: Mapping[str, Any]) -> Run:
        experiment_id = store.experiment(self.client, sweep["tracking"])
        command = f"python run.py -m {' '.join(sweep['overrides'])}"
        note = f"{len(sweep['runs'])} runs of: {command}"
        tags = {"sweep": sweep["id"], "mlflow.note.content": note, **_tags(sweep)}
        return store.run(self.client, experiment_id, "sweep", sweep, tags)

    def _finish(self, sweep: Mapping[str, Any], run_id: str) -> None:
        histories = {run.start["name"]: run.history for run in self.runs if run.epochs}
        if histories:
            figure = plots.learning_curves(histories, sweep["name"])
            self.client.log_figure(run_id, figure, "learning_curves.png")
        statuses = {OUTCOMES[run.end["status"]] if run.end else "KILLED" for run in self.runs}
        worst = next(status for status in ("KILLED", "FAILED", "FINISHED") if status in statuses)
        end = max((run.time for run in self.runs if run.time is not None), default=None)
        self.client.set_terminated(run_id, worst, end)


def parameters(start: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run's choices, flat: each group's, and every option under it."""
    config = start["config"]
    flat: dict[str, Any] = {}

    def flatten(prefix: str, node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                flatten(f"{prefix}.{key}" if prefix else key, value)
        elif not prefix.endswith("._target_"):
            flat[prefix] = node

    flatten("", {key: value for key, value in config.items() if key != "tracking"})
    choices = {key: value for key, value in start["choices"].items() if key != "tracking"}
    return {**choices, "architecture": "-".join(map(str, flat["architecture.sizes"])), **flat}


def _metrics(event: Mapping[str, Any], step: int) -> list[Metric]:
    time = _milliseconds(event)
    return [Metric(name, value, time, step) for name, value in event.get("metrics", {}).items()]


def _milliseconds(event: Mapping[str, Any]) -> int:
    return int(event["time"] * 1000)


def _tags(record: Mapping[str, Any]) -> dict[str, str]:
    environment = dict(record["environment"])
    if "git.commit" in environment:
        environment["mlflow.source.git.commit"] = environment["git.commit"]
    tags = {
        "mlflow.user": environment.pop("user"),
        "mlflow.source.name": "run.py",
        "mlflow.source.type": "LOCAL",
        "overrides": " ".join(record["overrides"]),
        **environment,
    }
    if "dataset" in record:
        tags["data.sha256"] = record["dataset"]["sha256"]
    return tags


def _dataset_inputs(dataset: Mapping[str, Any]) -> list[DatasetInput]:
    source = json.dumps({"uri": dataset["root"]})
    return [
        DatasetInput(
            Dataset(
                name=f"{dataset['name']} {split}",
                digest=dataset["sha256"][:16],
                source_type="local",
                source=source,
                profile=json.dumps({"num_rows": dataset[split]}),
            ),
            tags=[InputTag("mlflow.data.context", split)],
        )
        for split in ("train", "validation", "test")
    ]


def sync(folder: Path) -> str:
    """Bring MLflow up to date with the folder of a run or a sweep that has ended.

    Returns the address of the store. Raises UserError if the folder is neither, was not to be
    tracked, or the store cannot be written.
    """
    record = read_sweep(folder) or next(Follower(folder).events(), None)
    if record is None:
        raise UserError(f"{folder}: not the folder of a run or of a sweep: it has no journal")
    uri = (record.get("config") or record)["tracking"]["uri"]
    if uri is None:
        raise UserError(f"{folder}: was made with tracking=none")
    quiet()
    try:
        tracked = TrackedFolder(folder, uri)
        tracked.update()
        tracked.close()
    except (MlflowException, SQLAlchemyError) as error:
        raise UserError(f"{uri}: {reason(error)}") from None
    return str(uri)


def follow(folder: Path, uri: str) -> None:
    """Follow a run or a sweep until standard input is closed, as it is when its process ends."""
    tracked = TrackedFolder(folder, uri)
    models.warm_up()
    ended = False
    while not ended:
        ended = bool(select.select([sys.stdin], [], [], POLL)[0])
        tracked.update()
    tracked.close()


def quiet() -> None:
    """Keep MLflow from logging what is raised or done anyway."""
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)


def reason(error: Exception) -> str:
    """Return what an error of the store says, as one line without its pointers to manuals."""
    return " ".join(str(error).split("(Background on")[0].split("[SQL:")[0].split())[:500]


def main() -> None:
    """Follow the folder and the store named on the command line; one line for any error."""
    quiet()
    try:
        follow(Path(sys.argv[1]), sys.argv[2])
    except (MlflowException, SQLAlchemyError, OSError) as error:
        sys.stderr.write(reason(error) + "\n")
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)  # MLflow's own tear-down takes half a second


if __name__ == "__main__":
    main()
