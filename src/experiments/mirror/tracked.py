"""What mirrors runs and sweeps in MLflow, made from their records.

Everything is derived from the journals and looked up before it is created, so all of it can be
repeated, or go on where it was broken off.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run, RunTag

from experiments.configuration.naming import without_seed
from experiments.errors import DataError
from experiments.mirror import figures, models, store
from experiments.recording import weights as snapshots
from experiments.recording.journal import Follower, held
from experiments.recording.parameters import parameters
from experiments.recording.record import NETWORK, SILENT, Record, ending, read, state
from experiments.tracking.sync_state import Marker, folders, marked, store_id

PARENT = "mlflow.parentRunId"
OUTCOMES = {
    "finished": "FINISHED",
    "diverged": "FAILED",
    "failed": "FAILED",
    "interrupted": "KILLED",
    "running": "RUNNING",
}
"""MLflow's status for each outcome; the tag `outcome` keeps the difference."""


class TrackedRun:
    """One journal and the MLflow run that mirrors it.

    ``sweep`` is the id of the sweep that it is tracked as a part of, ``parent`` what mirrors that.
    """

    def __init__(
        self,
        client: MlflowClient,
        folder: Path,
        uri: str,
        sweep: str = "",
        parent: Run | None = None,
    ) -> None:
        self.client = client
        self.folder = folder
        self.uri = uri
        self.sweep = sweep
        self.parent = parent
        self.follower = Follower(folder)
        self.record = Record()
        self.run_id = ""
        self.status = ""  # as it was last written to MLflow
        self.complete = False  # nothing more is to come
        self.problem = ""  # why its journal cannot be read

    def update(self, *, last: bool = False) -> None:
        """Bring MLflow up to the journal, unless another writer does.

        With ``last`` a run that no process works on any more counts as interrupted.
        """
        if self.complete or not self.follower.path.exists():
            return
        try:
            with Marker(self.folder) as marker:
                self._update(last=last)
                if self.complete:
                    sweeps = {*marked(self.folder).get("sweeps", ()), self.sweep} - {""}
                    size = self.follower.offset
                    marker.write(
                        {"store": store_id(self.uri), "size": size, "sweeps": sorted(sweeps)}
                    )
        except BlockingIOError:
            return
        except DataError as error:
            self.complete, self.problem = True, str(error)

    def _update(self, *, last: bool) -> None:
        alive = not last or held(self.folder)  # asked before the last look at the journal
        new = list(self.follower.events())
        for event in new:
            self.record.add(event, self.follower.path)
        if not self.record.start:
            return
        if not self.run_id:
            self._begin(self.record.start)
        metrics = [metric for event in new for metric in self._metrics(event)]
        if metrics:
            self.client.log_batch(self.run_id, metrics=metrics)
        status = "running" if alive and not self.record.end else self.record.status
        if status != self.status:
            self._reopen() if status == "running" else self._finish(status)
            self.status = status
        self.complete = self.record.final or (last and status != "running")

    def _metrics(self, event: Mapping[str, Any]) -> list[Metric]:
        step = event["epoch"] if event["event"] == "epoch" else len(self.record.epochs)
        time = _milliseconds(event)
        return [Metric(name, value, time, step) for name, value in event.get("metrics", {}).items()]

    def _begin(self, start: Mapping[str, Any]) -> None:
        """Find the run in MLflow, or create it; then say all that is known from the start."""
        tags = {"run": start["id"], "identity": start["identity"], "folder": str(self.folder)}
        tags |= _tags(start)
        if self.parent:
            experiment_id = self.parent.info.experiment_id
            tags[PARENT] = self.parent.info.run_id
        else:
            tracking = start["config"]["tracking"]
            experiment_id = store.experiment(self.client, self.uri, tracking)
        run = store.run(self.client, experiment_id, "run", start, tags)
        self.run_id = run.info.run_id
        sweeps = run.data.tags.get("sweeps", "").split()
        if self.sweep and self.sweep not in sweeps:
            self.client.set_tag(self.run_id, "sweeps", " ".join([*sweeps, self.sweep]))
        if self.parent and PARENT not in run.data.tags:  # it was done on its own before
            self.client.set_tag(self.run_id, PARENT, self.parent.info.run_id)
        params = [Param(name, str(value)[:6000]) for name, value in parameters(start).items()]
        self.client.log_batch(self.run_id, params=params)
        if "dataset" in start:
            self.client.log_inputs(self.run_id, datasets=_dataset_inputs(start["dataset"]))
        self.client.log_dict(self.run_id, start["config"], "config.yaml")
        self.client.log_dict(self.run_id, dict(start), store.START)

    def _reopen(self) -> None:
        self.client.set_tag(self.run_id, "outcome", "running")
        self.client.update_run(self.run_id, status="RUNNING")

    def _finish(self, status: str) -> None:
        """Say how the run ended, for good or for now."""
        end, name = self.record.end, self.record.start["name"]
        if self.record.epochs:
            figure = figures.learning_curves({name: self.record.history}, name)
            self.client.log_figure(self.run_id, figure, "learning_curves.png")
        for file in snapshots.files(self.folder):
            self.client.log_artifact(self.run_id, str(file), snapshots.WEIGHTS)
        if status == "finished":
            figure = figures.confusion_matrix(end["confusion_matrix"], f"{name}: validation set")
            self.client.log_figure(self.run_id, figure, "confusion_matrix.png")
            network, epochs = self.folder / NETWORK, len(self.record.epochs)
            if network.exists():  # someone may have made room
                models.log(self.client, self.run_id, network, self.record.start["config"], epochs)
        if "traceback" in end:
            self.client.log_text(self.run_id, end["traceback"], "traceback.txt")
        note = ending(end) if end else f"interrupted: {SILENT}"
        tags = [RunTag("outcome", status), RunTag("mlflow.note.content", note)]
        self.client.log_batch(self.run_id, tags=tags)
        self.client.set_terminated(self.run_id, OUTCOMES[status], int(self.record.time * 1000))


class TrackedSweep:
    """A sweep, the MLflow run that mirrors it, and its runs nested in that.

    A run of several sweeps is nested in the one tracked first, as MLflow knows one parent; its tag
    `sweeps` names them all. ``report`` hears how far it is.
    """

    def __init__(
        self,
        client: MlflowClient,
        folder: Path,
        uri: str,
        record: Mapping[str, Any],
        report: Callable[[str], None],
    ) -> None:
        self.client = client
        self.folder = folder
        self.uri = uri
        self.record = record
        self.report = report
        with Marker(folder, wait=True):  # so that two of the same sweep do not both create it
            self.parent = self._begin()
        self.runs = [
            TrackedRun(client, each, uri, record["id"], self.parent)
            for each in folders(folder, record)
        ]

    def update(self, *, last: bool = False) -> None:
        """Bring MLflow up to the journals of its runs; with ``last`` the sweep ends."""
        for run in [run for run in self.runs if not run.complete]:
            run.update(last=last)
            if run.complete:
                done = sum(each.complete for each in self.runs)
                self.report(f"{done} of {len(self.runs)} runs")
        if last:
            self._finish()

    @property
    def problem(self) -> str:
        """Why journals of its runs cannot be read."""
        return "; ".join(run.problem for run in self.runs if run.problem)

    def _begin(self) -> Run:
        tracking = self.record["tracking"]
        experiment_id = store.experiment(self.client, self.uri, tracking)
        command = f"python run.py -m {' '.join(self.record['overrides'])}"
        note = f"{len(self.record['runs'])} runs of: {command}"
        tags = {"sweep": self.record["id"], "mlflow.note.content": note, **_tags(self.record)}
        parent = store.run(self.client, experiment_id, "sweep", self.record, tags)
        if parent.info.status != "RUNNING":
            self.client.update_run(parent.info.run_id, status="RUNNING")
        return parent

    def _finish(self) -> None:
        """Draw mean learning curves over seeds, and end the sweep unless a run still goes on."""
        run_id = self.parent.info.run_id
        records = [_read(run.folder) for run in self.runs]  # those of other writers' runs, too
        histories: dict[str, list[figures.History]] = {}
        for each, record in zip(self.record["runs"], records, strict=True):
            if record.epochs:
                histories.setdefault(without_seed(each["name"]), []).append(record.history)
        if histories:
            means = {name: figures.mean(same) for name, same in histories.items()}
            figure = figures.learning_curves(means, self.record["name"])
            self.client.log_figure(run_id, figure, "learning_curves.png")
        statuses = {
            OUTCOMES.get(state(run.folder, record), "KILLED")
            for run, record in zip(self.runs, records, strict=True)
        }
        order = ("RUNNING", "KILLED", "FAILED", "FINISHED")
        worst = next(status for status in order if status in statuses)
        if worst != "RUNNING":
            end = max(self.record["time"], *(record.time for record in records))
            self.client.set_terminated(run_id, worst, int(end * 1000))
        with suppress(BlockingIOError), Marker(self.folder) as marker:
            sizes = [run.follower.offset for run in self.runs]
            marker.write({"store": store_id(self.uri), "sizes": sizes})


def _read(folder: Path) -> Record:
    """Return the record of a run, empty if there is none or it is damaged."""
    try:
        return read(folder) or Record()
    except DataError:
        return Record()


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
