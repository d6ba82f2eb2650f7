"""A sweep: its record, its jobs, and the result of each."""

import hashlib
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from experiments.configuration import check_store, experiment_overrides, options_of_choices
from experiments.errors import ConfigError, DataError, UserError
from experiments.interruption import Interrupted
from experiments.recording import (
    Record,
    RecordedStudy,
    RecordedTracking,
    Status,
    SweepRecord,
    SweepRun,
    parameters,
    read_record,
    read_sweep,
    sweep_folder,
    write_sweep,
)
from experiments.running import Job, environment, remove_checkpoints
from experiments.sweeping.next_steps import next_steps
from experiments.sweeping.prepare import distinct, notices
from experiments.sweeping.watch import Watch
from experiments.sweeping.workers import Crew, Workers
from experiments.terminal import Display, RunSummary, closing_tables
from experiments.tracking import Supervisor, browse_command, up_to_date

NAMES_SHOWN = 8
"""A message about more runs than this gives their number only."""


def sweep(
    jobs: Sequence[Job],
    *,
    overrides: Sequence[str],
    processes: int,
    lockstep: int,
    begin: Callable[..., Crew] = Workers,
) -> list[RunSummary]:
    """Do the jobs that are not settled, in several processes; return a summary of each job.

    A process trains up to ``lockstep`` jobs together if they are faster so. ``begin`` makes what
    does the jobs, given these numbers: processes of this machine, or a cluster.

    ``overrides`` are those of the command line. Raise UserError after the last job if one failed
    or was stopped. Raise `Interrupted` on a signal, after the running jobs have recorded that.
    """
    unique, messages = distinct(jobs)
    folder = _write_record(unique, overrides)
    uri = unique[0].config.tracking.uri
    summaries = {
        job.identity: RunSummary.of(job.name, record) for job, record in settled_jobs(unique)
    }
    workers = begin(
        [job for job in unique if job.identity not in summaries],
        processes=processes,
        lockstep=lockstep,
    )
    with Display() as display:
        opening = _opening(unique, list(summaries.values()), processes)
        for message in [*messages, *notices(unique), opening]:
            display.say(message)
        supervisor = Supervisor(
            folder,
            unique[0].config.tracking,
            needed=not workers.done or uri is None or not up_to_date(folder, uri),
            browse=browse_command(uri, overrides),
            say=display.say,
        )
        with supervisor:
            try:
                do_jobs(workers, display, supervisor.attend, settled=len(summaries))
            finally:
                summaries |= summaries_of(workers)
                shown = [summaries[job.identity] for job in unique if job.identity in summaries]
                for table in closing_tables(shown):
                    display.print(table)
                if options := _options(unique):
                    display.say(f"{options}.")
                finished = {run.name for run in shown if run.status is Status.FINISHED}
                for line in next_steps(
                    folder,
                    unique[0].outputs,
                    [parameters(job.choices, job.config) for job in unique if job.name in finished],
                    overrides,
                    closed=not all(job.score_test for job in unique),
                ):
                    display.say(line)
    stopped = stopped_early(unique, summaries)
    raise_if_unfinished([run for run in shown if run.name not in stopped])
    return [summaries[job.identity] for job in jobs]


def summaries_of(workers: Crew) -> dict[str, RunSummary]:
    """Return the summaries of the jobs that have ended, by the identity of the run."""
    return {
        ended.job.identity: RunSummary.of(ended.job.name, ended.record)
        for ended in workers.ended
        if ended.record is not None
    }


def do_jobs(
    workers: Crew,
    display: Display,
    attend: Callable[[], object],
    *,
    settled: int = 0,
    stage: str = "",
) -> None:
    """Do the jobs and show their events. If this is interrupted, stop them and wait for them.

    ``settled`` is the number of jobs of the sweep that need not be done, and ``stage`` that of
    `WholeSweep`.
    """
    watch = Watch(workers, display, settled=settled, stage=stage)
    try:
        while not workers.done:
            watch.show(workers.poll())
            watch.estimate()
            attend()
    except BaseException as error:
        workers.stop(error.signum if isinstance(error, Interrupted) else signal.SIGTERM)
        while not workers.done:
            watch.show(workers.poll())
            attend()
        raise


def settled_jobs(jobs: Sequence[Job]) -> list[tuple[Job, Record]]:
    """Return the jobs that need not be done, with their records."""
    settled = []
    for job in jobs:
        record = None
        with suppress(DataError):  # the job itself reports the damage
            record = read_record(job.folder)
        if record is not None and job.is_settled(record):
            settled.append((job, record))
            if record.final:
                remove_checkpoints(job.folder, keep_last=record.untested)  # of a crash
    return settled


def _opening(jobs: Sequence[Job], settled: Sequence[RunSummary], processes: int) -> str:
    """Return the line that begins a sweep: how many runs, and which of them are settled."""
    line = f"{len(jobs)} runs, {processes} process{'' if processes == 1 else 'es'} at a time"
    for status, words in (
        (Status.FINISHED, "done before"),
        (Status.DIVERGED, "diverged before"),
        (Status.FAILED, "failed before (retry=true tries again)"),
        (Status.INTERRUPTED, "stopped early before"),
    ):
        names = [run.name for run in settled if run.status is status]
        if names:
            line += f"; {len(names)} {words}"
        if 0 < len(names) <= NAMES_SHOWN:
            line += f": {', '.join(names)}"
    return line


def stopped_early(jobs: Sequence[Job], summaries: Mapping[str, RunSummary]) -> set[str]:
    """Return the names of the jobs that `stop_below` has stopped."""
    return {
        job.name
        for job in jobs
        if (run := summaries.get(job.identity)) is not None
        and run.status is Status.INTERRUPTED
        and job.stops_after(run.validation_accuracies) is not None
    }


def raise_if_unfinished(runs: Sequence[RunSummary]) -> None:
    """Raise UserError if a run failed or was stopped."""
    complaints = []
    for status, words in (
        (Status.FAILED, "failed (retry=true tries again)"),
        (Status.INTERRUPTED, "did not finish (the same command resumes them)"),
    ):
        names = [run.name for run in runs if run.status is status]
        if names:
            complaints.append(f"{len(names)} of {len(runs)} runs {words}: {', '.join(names)}")
    if complaints:
        raise UserError("; ".join(complaints))


def _write_record(jobs: Sequence[Job], overrides: Sequence[str]) -> Path:
    """Write the record of the sweep; return its folder, which is the same for the same runs."""
    identities = sorted(job.identity for job in jobs)
    sweep_id = hashlib.sha256(" ".join(identities).encode()).hexdigest()[:16]
    folder = sweep_folder(jobs[0].outputs, sweep_id)
    write_record(
        folder,
        name=" ".join(experiment_overrides(overrides)),
        overrides=overrides,
        tracking=jobs[0].config.tracking,
        runs=[SweepRun(name=job.name, identity=job.identity) for job in jobs],
        options=_options(jobs),
        config_dir=jobs[0].config_dir,
    )
    return folder


def write_record(
    folder: Path,
    *,
    name: str,
    overrides: Sequence[str],
    tracking: RecordedTracking,
    runs: Sequence[SweepRun],
    config_dir: str,
    options: str = "",
    study: RecordedStudy | None = None,
) -> None:
    """Write the record of a sweep to its folder. It keeps the time of the first start."""
    before = None
    with suppress(DataError):
        before = read_sweep(folder)
    record = SweepRecord(
        id=folder.name,
        name=name,
        time=before.time if before else time.time(),
        overrides=list(overrides),
        environment=environment(),
        tracking=tracking_of(tracking, before),
        runs=list(runs),
        options=options,
        study=study,
        config_dir=config_dir,
    )
    write_sweep(folder, record)


def _options(jobs: Sequence[Job]) -> str:
    return options_of_choices([parameters(job.choices, job.config) for job in jobs])


def tracking_of(asked: RecordedTracking, before: SweepRecord | None) -> RecordedTracking:
    """Return where a sweep is tracked: in one store it stays in the experiment of its first start.

    If that experiment was deleted, the sweep goes to the one that is asked for.
    """
    if before is None or before.tracking.uri != asked.uri:
        return asked
    first = msgspec.structs.replace(asked, experiment=before.tracking.experiment)
    try:
        check_store(first)
    except ConfigError:
        return asked
    return first
