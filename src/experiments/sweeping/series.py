"""A sweep that gets its jobs in parts, as a study does, and is recorded as one sweep."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from experiments.recording import RecordedStudy, SweepRun, sweep_folder
from experiments.running import Job
from experiments.sweeping.prepare import distinct, notices
from experiments.sweeping.sweep import (
    do_jobs,
    raise_if_unfinished,
    settled_jobs,
    stopped_early,
    summaries_of,
    write_record,
)
from experiments.sweeping.workers import Crew, Workers
from experiments.terminal import Display, RunSummary
from experiments.tracking import Supervisor, browse_command, up_to_date


class Series:
    """A sweep that grows: its record has the runs of all parts so far.

    While the context lasts, one mirror process copies the runs to MLflow. The record is written
    when a part has something to do, so that a series which is started again does not lose runs
    from its record.
    """

    def __init__(
        self,
        series_id: str,
        *,
        name: str,
        overrides: Sequence[str],
        say: Callable[[str], None],
        study: RecordedStudy | None = None,
    ) -> None:
        self.id = series_id
        self.stage = ""
        """Where in the whole the next part is: a line that is shown beside its runs."""
        self._name = name
        self._overrides = overrides
        self._study = study
        self._say = say
        self._runs: dict[str, SweepRun] = {}
        self._first: Job | None = None
        self._supervisor: Supervisor | None = None

    @property
    def folder(self) -> Path | None:
        """The folder of the record; None before the first part."""
        return None if self._first is None else sweep_folder(self._first.outputs, self.id)

    def do(
        self,
        jobs: Sequence[Job],
        *,
        processes: int,
        lockstep: int,
        begin: Callable[..., Crew] = Workers,
        tags: Sequence[Mapping[str, str]] | None = None,
    ) -> list[RunSummary]:
        """Do the jobs of a part that are not settled; return a summary of each job.

        ``begin`` makes what does the jobs, as in `sweep`. ``tags`` are for MLflow, one mapping per
        job; a run keeps those of its first part. The errors are those of `sweep`.
        """
        unique, _ = distinct(jobs)
        if self._first is None:
            self._first = unique[0]
            for message in notices(unique):
                self._say(message)
        for job, of_job in zip(jobs, tags or [{}] * len(jobs), strict=True):
            run = SweepRun(name=job.name, identity=job.identity, tags=dict(of_job))
            self._runs.setdefault(job.identity, run)
        summaries = {
            job.identity: RunSummary.of(job.name, record) for job, record in settled_jobs(unique)
        }
        left = [job for job in unique if job.identity not in summaries]
        if left:
            self.write_record()
            supervisor = self._supervised(needed=True)
            workers = begin(left, processes=processes, lockstep=lockstep)
            with Display() as display:
                try:
                    do_jobs(
                        workers,
                        display,
                        supervisor.attend,
                        settled=len(summaries),
                        stage=self.stage,
                    )
                finally:
                    summaries |= summaries_of(workers)
        shown = [summaries[job.identity] for job in unique if job.identity in summaries]
        stopped = stopped_early(unique, summaries)
        raise_if_unfinished([run for run in shown if run.name not in stopped])
        return [summaries[job.identity] for job in jobs]

    def __enter__(self) -> "Series":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._first is None or self.folder is None:
            return
        uri = self._first.config.tracking.uri
        if self._supervisor is None and error is None:
            self.write_record()
            needed = uri is not None and not up_to_date(self.folder, uri)
            self._supervised(needed=needed)
        if self._supervisor is not None:
            self._supervisor.__exit__(kind, error, traceback)

    def _supervised(self, *, needed: bool) -> Supervisor:
        """Return the supervisor of the mirror process, which is started the first time."""
        assert self._first is not None  # noqa: S101 - there are jobs; for mypy
        assert self.folder is not None  # noqa: S101
        if self._supervisor is None:
            tracking = self._first.config.tracking
            self._supervisor = Supervisor(
                self.folder,
                tracking,
                needed=needed,
                browse=browse_command(tracking.uri, self._overrides),
                say=self._say,
            )
            self._supervisor.__enter__()
        return self._supervisor

    def write_record(self) -> None:
        """Write the record of all runs so far. There must have been a part."""
        assert self._first is not None  # noqa: S101 - there are jobs; for mypy
        assert self.folder is not None  # noqa: S101
        write_record(
            self.folder,
            name=self._name,
            overrides=self._overrides,
            tracking=self._first.config.tracking,
            runs=list(self._runs.values()),
            study=self._study,
            config_dir=self._first.config_dir,
        )
