"""Write a run to MLflow from its journal.

Everything is looked up before it is created, so the work can be repeated and continued.
"""

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
import yaml
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run, RunTag

import nn
from experiments.errors import DataError
from experiments.mirror import models, tags
from experiments.mirror.confusion_matrix import confusion_matrix
from experiments.mirror.correct_tags import correct_tags
from experiments.mirror.learning_curves import learning_curves
from experiments.mirror.metrics import log_metrics
from experiments.mirror.store import find_experiment, find_or_create_run, milliseconds
from experiments.recording import (
    NETWORK,
    SILENT_END,
    WEIGHTS,
    Certificate,
    End,
    Epoch,
    Event,
    Record,
    RecordedDataset,
    RecordFollower,
    Start,
    Status,
    describe_end,
    is_held,
    is_run,
    parameters,
    read_file,
    weight_files,
)
from experiments.tracking import SyncState, SyncStateFile, store_key

START = "start.json"
"""The artifact that holds the first event of a run."""
LONGEST_PARAM = 6000  # characters that MLflow keeps
MLFLOW_STATUS = {
    Status.FINISHED: "FINISHED",
    Status.DIVERGED: "FAILED",
    Status.FAILED: "FAILED",
    Status.INTERRUPTED: "KILLED",
    Status.RUNNING: "RUNNING",
}
"""MLflow's own status. The tag `status` keeps the difference between diverged and failed."""


class MirroredRun:
    """A run and its copy in MLflow, nested in the copy of ``sweep`` if there is one.

    ``tags`` are more tags of the run. ``problem`` says why a journal or a network cannot be read.
    """

    def __init__(
        self,
        client: MlflowClient,
        folder: Path,
        uri: str,
        *,
        sweep: str = "",
        parent: Run | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        self.client = client
        self.folder = folder
        self.problem = ""
        self._uri = uri
        self._sweep = sweep
        self._parent = parent
        self._tags = tags or {}
        self._follower = RecordFollower(folder)
        self._run_id = ""
        self._status: Status | None = None  # in MLflow
        self._done = False
        self._end_metrics: set[str] = set()  # that have been copied
        self._descriptions: set[str] = set()  # of the ends so far

    @property
    def done(self) -> bool:
        """Return whether nothing more is to be copied, unless the test set is opened later."""
        record = self._follower.record
        may_grow = record is not None and record.untested
        return self._done and not (may_grow and self._follower.is_behind)

    @property
    def copied(self) -> int:
        """Bytes of the journal that MLflow has."""
        return self._follower.size

    def update(self, *, last: bool = False) -> None:
        """Copy the new events, unless another process does.

        With ``last`` a run without an end is interrupted if no process works on it.
        """
        if self.done or not is_run(self.folder):
            return
        try:
            with SyncStateFile(self.folder) as file:
                self._update(last=last)
                if self._done:
                    file.write(SyncState(store=store_key(self._uri), sizes=[self.copied]))
        except BlockingIOError:
            return
        except DataError as error:
            self._done, self.problem = True, str(error)

    def _update(self, *, last: bool) -> None:
        working = not last or is_held(self.folder)  # before the journal is read for the last time
        events = self._follower.update()
        record = self._follower.record
        if record is None:
            return
        params: list[Param] = []
        if any(isinstance(event, Start) for event in events):
            self._create(record.start)
            params = params_of(record.start)
        metrics = [each for event in events for each in self._metrics(event, len(record.epochs))]
        certified = [each for each in events if isinstance(each, Certificate)]
        run_tags = tags.certificate_tags(certified[-1]) if certified else {}
        self.client.log_batch(self._run_id, params=params, tags=tag_list(run_tags))
        if metrics:
            log_metrics(self.client, self._run_id, metrics)
        status = Status.RUNNING if working and record.end is None else record.status
        ended = record.end is not None and any(isinstance(event, End) for event in events)
        if ended or status is not self._status:
            if status is Status.RUNNING:
                self._reopen()
            else:
                self._finish(record, status)
            self._status = status
        self._done = record.final or (last and status is not Status.RUNNING)

    def _metrics(self, event: Event, epochs: int) -> list[Metric]:
        """Return the metrics of an event, without those that an earlier end has had."""
        if isinstance(event, Start):
            self._end_metrics, self._descriptions = set(), set()
        found = metrics_of(event, epochs)
        if isinstance(event, End):
            found = [each for each in found if each.key not in self._end_metrics]
            self._end_metrics |= event.metrics.keys()
            self._descriptions.add(describe_end(event))
        return found

    def _create(self, start: Start) -> None:
        """Find or create the run, and copy what is known from its start, but no params."""
        run_tags = {**tags.run_tags(start, self.folder), **self._tags}
        if self._parent is not None:
            experiment_id = self._parent.info.experiment_id
            run_tags[tags.PARENT] = self._parent.info.run_id
        else:
            experiment_id = find_experiment(self.client, self._uri, start.config.tracking)
        run = find_or_create_run(
            self.client,
            experiment_id,
            key=tags.RUN,
            tags=run_tags,
            name=start.name,
            start_time=start.time,
        )
        self._run_id, self._status = run.info.run_id, None
        if run.data.tags.get(tags.FOLDER) != run_tags[tags.FOLDER]:  # the records have moved
            self.client.set_tag(self._run_id, tags.FOLDER, run_tags[tags.FOLDER])
        self._join_sweep(run)
        if start.dataset is not None:
            self.client.log_inputs(self._run_id, datasets=dataset_inputs(start.dataset))
        config = yaml.dump(msgspec.to_builtins(start.config), default_flow_style=False)
        whole = msgspec.json.format(msgspec.json.encode(start), indent=2).decode()
        self._log_texts({"config.yaml": config, START: whole})

    def _join_sweep(self, run: Run) -> None:
        """Add the sweep to the run's tags; nest the run if it has no parent yet."""
        sweeps: list[str] = []
        with suppress(ValueError):  # a user has changed the tag: it is written anew
            sweeps = tags.read_list(run.data.tags, tags.SWEEPS)
        if self._sweep and self._sweep not in sweeps:
            value = tags.write_list([*sweeps, self._sweep])
            self.client.set_tag(self._run_id, tags.SWEEPS, value)
        for name, value in self._tags.items():
            if name not in run.data.tags:
                self.client.set_tag(self._run_id, name, value)
        if self._parent is not None and tags.PARENT not in run.data.tags:
            self.client.set_tag(self._run_id, tags.PARENT, self._parent.info.run_id)

    def _reopen(self) -> None:
        before = self.client.get_run(self._run_id).data.tags
        self._set_tags(self._status_tags(before, Status.RUNNING))
        self.client.update_run(self._run_id, status=MLFLOW_STATUS[Status.RUNNING])

    def _finish(self, record: Record, status: Status) -> None:
        """Copy how the run ended, for good or until it is resumed."""
        end, run = record.end, self.client.get_run(self._run_id)
        self._log_texts(texts_of(record, status))
        for file in weight_files(self.folder):
            self.client.log_artifact(self._run_id, str(file), WEIGHTS)
        correct: dict[str, str] = {}
        if end is not None and status is Status.FINISHED:
            correct = correct_tags(end.correct_images)
            self._copy_network(record, run)
        message = end.message if end is not None else SILENT_END
        description = describe_end(end) if end is not None else f"{status}: {message}"
        self._set_tags(correct | self._status_tags(run.data.tags, status, message, description))
        end_time = milliseconds(record.time)
        self.client.set_terminated(self._run_id, MLFLOW_STATUS[status], end_time)

    def _copy_network(self, record: Record, run: Run) -> None:
        """Copy the network if its file has not been deleted."""
        network = self.folder / NETWORK
        if network.exists() and not self._refuses(network):
            labels, epochs = labels_of(record.start), len(record.epochs)
            models.log(self.client, run, network, record.start.config, labels, step=epochs)

    def _refuses(self, network: Path) -> bool:
        """Return whether a file is no network; ``problem`` then says so."""
        try:
            nn.sizes_of(read_file(network))
        except DataError as error:
            self.problem = str(error)
        except ValueError as error:
            self.problem = f"{network}: {error}"
        return bool(self.problem)

    def _status_tags(
        self, before: Mapping[str, str], status: Status, message: str = "", description: str = ""
    ) -> dict[str, str]:
        """Return the tags about the status; remove the message of an earlier end.

        ``before`` are the tags in MLflow. If status and message are the same there, a description
        that a user has edited is kept.
        """
        changed = (before.get(tags.STATUS), before.get(tags.MESSAGE, "")) != (status, message)
        ours = before.get(tags.DESCRIPTION) in self._descriptions
        new = {tags.STATUS: str(status)}
        if message:
            new[tags.MESSAGE] = message
        elif tags.MESSAGE in before:
            self.client.delete_tag(self._run_id, tags.MESSAGE)
        if description and (changed or ours):
            new[tags.DESCRIPTION] = description
        return new

    def _set_tags(self, values: Mapping[str, str]) -> None:
        self.client.log_batch(self._run_id, tags=tag_list(values))

    def _log_texts(self, texts: Mapping[str, str]) -> None:
        """Write the artifacts with these names and contents together."""
        with tempfile.TemporaryDirectory() as folder:
            for name, content in texts.items():
                (Path(folder) / name).write_text(content, encoding="utf-8")
            self.client.log_artifacts(self._run_id, folder)


def texts_of(record: Record, status: Status) -> dict[str, str]:
    """Return the figures and the traceback of a run that has ended, by the names of their files."""
    start, end = record.start, record.end
    texts: dict[str, str] = {}
    if record.epochs:
        texts["learning_curves.svg"] = learning_curves({start.name: record.history}, start.name)
    if end is not None and status is Status.FINISHED:
        title = f"{start.name}: validation set"
        texts["confusion_matrix.svg"] = confusion_matrix(
            end.confusion_matrix, title, labels=labels_of(start)
        )
    if end is not None and end.traceback:
        texts["traceback.txt"] = end.traceback
    return texts


def labels_of(start: Start) -> list[str]:
    """Return the names of the classes of a run."""
    if start.dataset is not None and start.dataset.classes:
        return start.dataset.classes
    first = start.config.dataset.get("first_label", 0)  # older records have no names
    return [str(first + number) for number in range(start.config.architecture.sizes[-1])]


def tag_list(values: Mapping[str, str]) -> list[RunTag]:
    """Return tags as MLflow's client takes them."""
    return [RunTag(name, value) for name, value in values.items()]


def params_of(start: Start) -> list[Param]:
    """Return the choices and options of a run."""
    return [
        Param(name, str(value)[:LONGEST_PARAM])
        for name, value in parameters(start.choices, start.config).items()
    ]


def metrics_of(event: Event, epochs: int) -> list[Metric]:
    """Return the metrics of an event; those of the end belong to the last epoch."""
    if not isinstance(event, Epoch | End):
        return []
    step = event.epoch if isinstance(event, Epoch) else epochs
    time = milliseconds(event.time)
    return [Metric(name, value, time, step) for name, value in event.metrics.items()]


def dataset_inputs(dataset: RecordedDataset) -> list[DatasetInput]:
    """Return the three splits of the images as inputs of a run."""
    source = msgspec.json.encode({"uri": dataset.root}).decode()
    sizes = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return [
        DatasetInput(
            Dataset(
                name=f"{dataset.name} {split}",
                digest=dataset.sha256[:16],
                source_type="local",
                source=source,
                profile=msgspec.json.encode({"num_rows": size}).decode(),
            ),
            tags=[InputTag("mlflow.data.context", split)],
        )
        for split, size in sizes.items()
    ]
