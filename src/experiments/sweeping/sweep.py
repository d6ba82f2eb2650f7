"""A sweep: what it consists of, what of it is left to do, and what came of it."""

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.configuration.config import GROUPS
from experiments.configuration.naming import CONTROL, describing, job_names
from experiments.errors import ConfigError, DataError, UserError
from experiments.recording import atomic
from experiments.recording.journal import encode
from experiments.recording.record import SWEEP, SWEEPS, Record, read, read_sweep
from experiments.running import checkpoint
from experiments.running.environment import environment
from experiments.running.job import Job
from experiments.sweeping.workers import run_all
from experiments.terminal.display import Display, Outcome, summary
from experiments.tracking.sync_state import up_to_date
from experiments.tracking.writer import Writer, browse_command

NAMED = 8
"""How many runs a message names."""


def prepare(overrides: Sequence[Sequence[str]], configs: Iterable[DictConfig]) -> list[Job]:
    """Return the jobs of a sweep, once every one of them has been checked.

    Raises ConfigError, naming the job, or DataError.
    """
    names = job_names(overrides, GROUPS)
    jobs: list[Job] = []
    for job, name, config in zip(overrides, names, configs, strict=True):
        HydraConfig.instance().set_config(config)  # for the values that refer to Hydra's own
        try:
            jobs.append(Job.of(config, config.hydra, name))
        except UserError as error:
            raise ConfigError(f"{' '.join(job)}: {error}") from None
    control = {
        (
            *(
                json.dumps(job.config["tracking"]),
                job.outputs,
                job.checkpoint_every,
                job.record_weights,
            ),
            *(job.plan, job.retry, job.rerun),
        )
        for job in jobs
    }
    if len(control) > 1:
        raise ConfigError(f"{', '.join(CONTROL)} are the same for a whole sweep")
    return jobs


def distinct(jobs: Sequence[Job]) -> tuple[list[Job], list[str]]:
    """Return the jobs without duplicates, and a line for each of these."""
    first: dict[str, Job] = {}
    remarks = []
    for job in jobs:
        name = first.setdefault(job.identity, job).name
        if name != job.name:
            remarks.append(f"{job.name} is the same run as {name}")
        elif first[job.identity] is not job:
            remarks.append(f"{name} is asked for more than once")
    return list(first.values()), remarks


def sweep(jobs: Sequence[Job], *, overrides: Sequence[str], processes: int) -> list[Outcome]:
    """Do what is left of the jobs, ``processes`` at once, and return how each ended, in order.

    ``overrides`` are those of the whole sweep, as they stood on the command line.
    Raises UserError after the last job when any of them failed or was stopped; `Interrupted` on
    SIGINT or SIGTERM, after the jobs under way have recorded that they were stopped.
    """
    asked = jobs
    jobs, remarks = distinct(jobs)
    folder = _record(jobs, overrides)
    uri = jobs[0].config["tracking"]["uri"]
    outcomes = {job.name: Outcome.of(job.name, record) for job, record in _settled(jobs)}
    left = [job for job in jobs if job.name not in outcomes]

    def done(outcome: Outcome) -> None:
        outcomes[outcome.name] = outcome

    with Display() as display:
        for remark in remarks:
            display.say(remark)
        display.say(_opening(jobs, list(outcomes.values()), processes))
        writer = Writer(
            folder,
            uri,
            needed=bool(left) or uri is None or not up_to_date(folder, uri),
            browse=browse_command(uri, overrides),
            say=display.say,
        )
        with writer:
            try:
                run_all(
                    left, processes=processes, done=done, display=display, meanwhile=writer.attend
                )
            finally:
                ended = [outcomes[job.name] for job in jobs if job.name in outcomes]
                display.console.print(summary(ended))
    _complain(ended)
    by_identity = dict(zip((job.identity for job in jobs), ended, strict=True))
    return [by_identity[job.identity] for job in asked]


def _settled(jobs: Sequence[Job]) -> list[tuple[Job, Record]]:
    """Return the jobs that need not be done, with their records."""
    found = []
    for job in jobs:
        try:
            record = read(job.folder)
        except DataError:
            continue  # the job itself says what is wrong
        if record is not None and job.settled(record):
            found.append((job, record))
            if record.final:
                checkpoint.remove(job.folder)  # a crash may have left one
    return found


def _opening(jobs: Sequence[Job], settled: Sequence[Outcome], processes: int) -> str:
    words = f"{len(jobs)} runs, {processes} at a time"
    for status, said in (
        ("finished", "done before"),
        ("diverged", "diverged before"),
        ("failed", "failed before (retry=true tries again)"),
    ):
        names = [each.name for each in settled if each.status == status]
        if names:
            words += f"; {len(names)} {said}"
            words += f": {', '.join(names)}" if len(names) <= NAMED else ""
    return words


def _complain(outcomes: Sequence[Outcome]) -> None:
    """Raise UserError if anything is left to do."""
    complaints = []
    for status, words in (
        ("failed", "failed (retry=true tries again)"),
        ("interrupted", "did not finish (the same command goes on)"),
    ):
        names = [each.name for each in outcomes if each.status == status]
        if names:
            complaints.append(f"{len(names)} of {len(outcomes)} runs {words}: {', '.join(names)}")
    if complaints:
        raise UserError("; ".join(complaints))


def _record(jobs: Sequence[Job], overrides: Sequence[str]) -> Path:
    """Write what the sweep consists of; return its folder, the same for the same runs."""
    identities = [job.identity for job in jobs]
    identity = hashlib.sha256(" ".join(sorted(identities)).encode()).hexdigest()[:16]
    folder = jobs[0].outputs / SWEEPS / identity
    folder.mkdir(parents=True, exist_ok=True)
    try:
        before = read_sweep(folder) or {}
    except DataError:
        before = {}
    record = {
        "id": identity,
        "name": " ".join(describing(overrides)),
        "time": before.get("time", time.time()),
        "overrides": list(overrides),
        "environment": environment(),
        "tracking": jobs[0].config["tracking"],
        "runs": [{"name": job.name, "identity": job.identity} for job in jobs],
    }
    atomic.write(folder / SWEEP, encode(record))
    return folder
