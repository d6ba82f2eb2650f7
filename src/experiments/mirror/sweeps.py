"""Write a sweep to MLflow: a run in which the runs of the sweep are nested."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag

from experiments.configuration import experiments_command, without_seed
from experiments.errors import DataError
from experiments.mirror import tags
from experiments.mirror.arm_colours import arm_tag
from experiments.mirror.learning_curves import History, learning_curves, mean
from experiments.mirror.metrics import log_metrics
from experiments.mirror.runs import LONGEST_PARAM, MLFLOW_STATUS, MirroredRun
from experiments.mirror.store import find_experiment, find_or_create_run, milliseconds
from experiments.mirror.sweep_results import (
    arm_results,
    describe,
    result_runs,
    sweep_metrics,
    sweep_params,
)
from experiments.mirror.verdicts import verdicts
from experiments.mirror.view import VIEW, artifact_page, sweep_page, sweep_view
from experiments.recording import (
    CONFIRMATION,
    REPORT,
    RESULTS,
    STAGE,
    SWEEP_RECORD,
    Record,
    Status,
    SweepRecord,
    SweepRun,
    outputs_of,
    read_record,
    read_sweep,
    run_folder,
    run_status,
)
from experiments.tracking import SyncState, SyncStateFile, result_sizes, store_key

WORST_FIRST = ("RUNNING", "KILLED", "FAILED", "FINISHED")
"""MLflow's statuses, from the worst to the best."""
SHOWN = ". Shown are the arms of the study at their tuned values, on the seeds of their comparison."


class MirroredSweep:
    """A sweep and its copy in MLflow.

    MLflow allows one parent per run: a run of several sweeps is nested in the one that was tracked
    first, and its tag `sweeps` names all. Each sweep gives its runs a tag of its own that holds
    their arm, by which its view in MLflow finds and groups them. ``report`` is called with the
    number of runs that are done and the number of all runs.
    """

    def __init__(
        self,
        client: MlflowClient,
        folder: Path,
        uri: str,
        record: SweepRecord,
        report: Callable[[int, int], None],
    ) -> None:
        self.client = client
        self._folder = folder
        self._uri = uri
        self._record = record
        self._report = report
        with SyncStateFile(folder, wait=True):  # two processes must not both create it
            self._parent = self._create()
            self._arm_tag = self._parent.data.tags.get(tags.ARM_TAG) or self._create_view()
        self._changed = _time_of_change(folder)
        self.runs = self._mirrored(record.runs)

    def update(self, *, last: bool = False) -> None:
        """Copy the new events of all runs; with ``last`` also the end of the sweep."""
        self._grow()
        for run in [run for run in self.runs if not run.done]:
            run.update(last=last)
            if run.done:
                self._report(sum(each.done for each in self.runs), len(self.runs))
        if last:
            self._finish()

    def _grow(self) -> None:
        """Add the runs that the record has got since it was read, as that of a study does."""
        changed = _time_of_change(self._folder)
        if changed == self._changed:
            return
        record = read_sweep(self._folder)
        if record is None:
            return
        self._changed, self._record = changed, record
        known = {run.folder.name for run in self.runs}
        self.runs += self._mirrored([run for run in record.runs if run.identity not in known])
        self.client.set_tag(self._parent.info.run_id, tags.RUNS, str(len(record.runs)))

    def _mirrored(self, added: Sequence[SweepRun]) -> list[MirroredRun]:
        return [
            MirroredRun(
                self.client,
                run_folder(outputs_of(self._folder), run.identity),
                self._uri,
                sweep=self._record.id,
                parent=self._parent,
                tags={**run.tags, self._arm_tag: without_seed(run.name)},
            )
            for run in added
        ]

    @property
    def problem(self) -> str:
        """The reason why journals of the sweep cannot be read; empty if all can."""
        return "; ".join(run.problem for run in self.runs if run.problem)

    def _create(self) -> Run:
        """Find or create the run that mirrors the sweep."""
        parent = find_or_create_run(
            self.client,
            find_experiment(self.client, self._uri, self._record.tracking),
            key=tags.SWEEP,
            tags=tags.sweep_tags(self._record),
            name=tags.sweep_name(self._record),
            start_time=self._record.time,
        )
        if parent.info.status != "RUNNING":
            self.client.update_run(parent.info.run_id, status="RUNNING")
        return parent

    def _create_view(self) -> str:
        """Save a view of the sweep in its experiment; return the name of the tag of its arms."""
        arms = _arms(self._record.runs)
        tag = arm_tag(self._record.id, arms)
        self._save_view(sweep_view(self._record.name, tag, arms))
        self.client.set_tag(self._parent.info.run_id, tags.ARM_TAG, tag)
        return tag

    def _save_view(self, view: str) -> None:
        experiment_id = self._parent.info.experiment_id
        self.client.set_experiment_tag(experiment_id, VIEW + self._record.id, view)

    def _show_confirmed(self) -> None:
        """Save the view of a study anew: its arms at their tuned values, without tuning runs."""
        confirmed = [each for each in self._record.runs if each.tags.get(STAGE) == CONFIRMATION]
        if confirmed:
            name, arms = self._record.name, _arms(confirmed)
            self._save_view(sweep_view(name, self._arm_tag, arms, stage=CONFIRMATION))

    def _finish(self) -> None:
        """Draw the mean learning curves, and end the sweep unless a run is still running."""
        records = [_read(run.folder) for run in self.runs]  # some have another mirror process
        self._draw(records)
        self._show_confirmed()
        self._log_results(records)
        attached = result_sizes(self._folder)
        if attached:
            self.client.log_artifacts(self._parent.info.run_id, str(self._folder / RESULTS))
        statuses = [
            run_status(run.folder, record) for run, record in zip(self.runs, records, strict=True)
        ]
        if self._record.study is not None:  # whose result may be that an arm diverges
            statuses = [Status.FINISHED if each.final else each for each in statuses]
        status = sweep_status(statuses)
        if status != MLFLOW_STATUS[Status.RUNNING]:
            times = [self._record.time, *(record.time for record in records if record)]
            self.client.set_terminated(self._parent.info.run_id, status, milliseconds(max(times)))
        with suppress(BlockingIOError), SyncStateFile(self._folder) as file:
            sizes = [*(run.copied for run in self.runs), *attached]
            file.write(SyncState(store=store_key(self._uri), sizes=sizes))

    def _draw(self, records: list[Record | None]) -> None:
        """Log a figure of the learning curves, as means over seeds."""
        histories: dict[str, list[History]] = {}
        for name, record in self._results(records):
            if record is not None and record.epochs:
                histories.setdefault(without_seed(name), []).append(record.history)
        if histories:
            means = {name: mean(same) for name, same in histories.items()}
            figure = learning_curves(means, self._record.name)
            self.client.log_text(self._parent.info.run_id, figure, "learning_curves.svg")

    def _results(self, records: Sequence[Record | None]) -> Sequence[tuple[str, Record | None]]:
        """Return the names and records of the runs whose results are shown."""
        names = [run.name for run in self._record.runs]
        return result_runs(self._record.study, [*zip(names, records, strict=True)])

    def _log_results(self, records: Sequence[Record | None]) -> None:
        """Log the accuracies of the arms, and describe them unless a user has done that."""
        info = self._parent.info
        runs = self._results(records)
        arms = arm_results(runs)
        time = milliseconds(max(record.time for record in records if record)) if arms else 0
        metrics = [Metric(name, value, time, 0) for name, value in sweep_metrics(arms).items()]
        if metrics:
            log_metrics(self.client, info.run_id, metrics)
        before = self.client.get_run(info.run_id).data
        params = [
            Param(name, value[:LONGEST_PARAM])
            for name, value in sweep_params(self._record.overrides).items()
            if name not in before.params  # the same runs can have another command
        ]
        described: dict[str, str] = {}
        if tags.is_described(before.tags):
            outputs = str(outputs_of(self._folder))
            text = describe(
                tags.first_line(self._record) + SHOWN * (len(runs) < len(records)),
                arms,
                len(runs),
                experiments_command("report", "--outputs", outputs, "--sweep", self._record.id),
                self._links(),
                verdicts=verdicts(self._folder, arms),
            )
            described = tags.description_tags(text)
        run_tags = [RunTag(name, value) for name, value in described.items()]
        self.client.log_batch(info.run_id, params=params, tags=run_tags)

    def _links(self) -> dict[str, str]:
        """Return the addresses that the description links to, by their words."""
        info = self._parent.info
        attached = {each.path for each in self.client.list_artifacts(info.run_id)}
        pages = {
            words: artifact_page("", info.experiment_id, info.run_id, name)
            for words, name in (("Figure", "learning_curves.svg"), ("Report", REPORT))
            if name in attached
        }
        return {"Curves of all arms": sweep_page("", info.experiment_id, self._record.id)} | pages


def _arms(runs: Iterable[SweepRun]) -> list[str]:
    """Return the names of the arms of some runs."""
    return list(dict.fromkeys(without_seed(run.name) for run in runs))


def sweep_status(runs: Iterable[Status]) -> str:
    """Return MLflow's status of a sweep: the worst status of its runs.

    A run that has not begun, or whose journal is damaged, counts as killed.
    """
    statuses = {MLFLOW_STATUS.get(status, "KILLED") for status in runs}
    return next(status for status in WORST_FIRST if status in statuses)


def _time_of_change(folder: Path) -> int:
    return (folder / SWEEP_RECORD).stat().st_mtime_ns


def _read(folder: Path) -> Record | None:
    """Return the record of a run; None if it has none, or if that is damaged."""
    try:
        return read_record(folder)
    except DataError:
        return None
