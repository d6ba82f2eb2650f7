"""A sweep: jobs in processes of their own, followed through their journals."""

import ctypes
import json
import multiprocessing
import os
import signal
import sys
import time
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobReturn, JobStatus, run_job, setup_globals
from hydra.types import HydraContext
from omegaconf import DictConfig
from rich.table import Table

from experiments.cli import one_line_errors
from experiments.config import build, choices, plain, register
from experiments.display import Display, summary
from experiments.environment import environment
from experiments.errors import ConfigError, UserError
from experiments.job import interruptible, run, start
from experiments.journal import SWEEP, Follower, Journal
from experiments.naming import job_names
from experiments.writer import Writer, browse_command

OUTPUT = "output.log"
PR_SET_PDEATHSIG = 1  # prctl(2): the signal to get when the parent dies
POLL = 0.1  # seconds between two looks at the journals
START_METHOD = "fork" if sys.platform == "linux" else "spawn"  # a fork shares the data loaded


@dataclass(frozen=True)
class Job:
    """One point of a sweep."""

    number: int
    id: str
    name: str
    overrides: list[str]
    folder: Path
    config: DictConfig  # as Hydra composed it, with its own node
    plain: dict[str, Any]  # the same, resolved and without it

    @property
    def identity(self) -> dict[str, Any]:
        """What the journal's `start` event says of the run besides its configuration."""
        return {
            "id": self.id,
            "name": self.name,
            "overrides": self.overrides,
            "choices": choices(self.config),
        }


@dataclass
class Process:
    """A job under way, and what its journal has said so far."""

    job: Job
    process: BaseProcess
    follower: Follower
    start: Mapping[str, Any] = field(default_factory=dict)
    last: Mapping[str, Any] | None = None  # `epoch` event
    end: Mapping[str, Any] = field(default_factory=dict)

    def follow(self, display: Display) -> None:
        """Take in and show what is new in the journal."""
        for event in self.follower.events():
            display.show(self.job.folder.name, event)
            if event["event"] == "start":
                self.start = event
            elif event["event"] == "epoch":
                self.last = event
            else:
                self.end = event

    def conclude(self, display: Display) -> None:
        """Take in the rest, after the process has ended; say so if it could not itself."""
        self.process.join()
        self.follow(display)
        if not self.end:
            self._bury()
            self.follow(display)

    def _bury(self) -> None:
        """Record the end of a process that died before it could itself."""
        code = self.process.exitcode or 0
        if code < 0:
            reason = f"its process was ended by {signal.Signals(-code).name}"
        else:
            reason = _last_line(self.job.folder / OUTPUT) or f"its exit code was {code}"
        journal = Journal(self.job.folder, resume=True)
        if not self.start:
            HydraConfig.instance().set_config(self.job.config)
            journal.append("start", start(self.job.config, self.job.identity))
        journal.append("end", {"status": "failed", "message": reason})
        journal.close()


def prepare(overrides: Sequence[Sequence[str]], configs: Sequence[DictConfig]) -> list[Job]:
    """Return the jobs of a sweep, once every one of them has been checked.

    Raises ConfigError, naming the job, or DataError.
    """
    names = job_names(overrides, choices(configs[0]))
    jobs: list[Job] = []
    for job, name, config in zip(overrides, names, configs, strict=True):
        HydraConfig.instance().set_config(config)  # for the values that refer to Hydra's own
        try:
            build(config)
        except UserError as error:
            raise ConfigError(f"{' '.join(job)}: {error}") from None
        hydra = config.hydra
        folder = Path(hydra.sweep.dir) / hydra.sweep.subdir
        identity = uuid.uuid4().hex
        jobs.append(Job(hydra.job.num, identity, name, list(job), folder, config, plain(config)))
    if len({job.plain["tracking"]["uri"] for job in jobs}) > 1:
        raise ConfigError("tracking: a sweep is tracked as a whole, in one place or not at all")
    return jobs


def sweep(
    jobs: Sequence[Job], context: HydraContext, *, overrides: Sequence[str], processes: int
) -> list[JobReturn]:
    """Run the jobs, ``processes`` at once, and return their results in order.

    ``overrides`` are those of the whole sweep, as they stood on the command line.
    Raises UserError after the last job when any of them failed; `Interrupted` on SIGINT or SIGTERM,
    after the jobs under way have recorded that they were stopped.
    """
    folder = Path(jobs[0].config.hydra.sweep.dir)
    _record(folder, jobs, overrides)
    uri = jobs[0].plain["tracking"]["uri"]
    browse = browse_command(uri, overrides)
    done: list[Process] = []
    with Display() as display:
        display.say(f"{len(jobs)} runs, {processes} at a time")
        with Writer(folder, uri, browse=browse, say=display.say):
            try:
                _run(jobs, context, processes=processes, done=done, display=display)
            finally:
                display.console.print(_summary(done))
    failed = [p.job.name for p in done if p.end["status"] == "failed"]
    if failed:
        raise UserError(f"{len(failed)} of {len(jobs)} runs failed: {', '.join(failed)}")
    return [_result(process) for process in done]


def _summary(done: list[Process]) -> Table:
    done.sort(key=lambda process: process.job.number)
    return summary([(process.job.name, process.last, process.end) for process in done])


def _record(folder: Path, jobs: Sequence[Job], overrides: Sequence[str]) -> None:
    """Write what the sweep consists of."""
    record = {
        "id": uuid.uuid4().hex,
        "name": " ".join(each for each in overrides if not each.startswith("tracking")),
        "time": time.time(),
        "overrides": list(overrides),
        "environment": environment(),
        "tracking": jobs[0].plain["tracking"],
        "runs": [{"name": job.name, "folder": str(job.folder.relative_to(folder))} for job in jobs],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SWEEP).write_text(json.dumps(record, indent=1), encoding="utf-8")


def _run(
    jobs: Sequence[Job],
    context: HydraContext,
    *,
    processes: int,
    done: list[Process],
    display: Display,
) -> None:
    """Run the jobs, adding each to ``done`` when its process has ended."""
    make = multiprocessing.get_context(START_METHOD).Process  # type: ignore[attr-defined]
    waiting = deque(jobs)
    running: list[Process] = []
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                job = waiting.popleft()
                job.folder.mkdir(parents=True, exist_ok=True)
                process = make(target=_child, args=(job, context, os.getpid()))
                running.append(Process(job, process, Follower(job.folder)))
                process.start()
            connection.wait([each.process.sentinel for each in running], timeout=POLL)
            for each in list(running):
                if each.process.is_alive():
                    each.follow(display)
                else:
                    each.conclude(display)
                    running.remove(each)
                    done.append(each)
    except BaseException:  # an interruption above all
        running = [each for each in running if each.process.pid is not None]
        for each in running:
            each.process.terminate()
        for each in running:
            each.conclude(display)
        done += running
        raise


def _child(job: Job, context: HydraContext, parent: int) -> None:
    """Run one job, in its own process."""
    os.setsid()  # Ctrl-C reaches the sweep alone, which passes it on
    interruptible()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return  # the sweep was killed before it could take this process along
    register()
    setup_globals()
    with (
        (job.folder / OUTPUT).open("w", encoding="utf-8", buffering=1) as output,
        one_line_errors(),
    ):
        sys.stdout = sys.stderr = output
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)

        def task(config: DictConfig) -> None:
            run(config, job.folder, identity=job.identity, listeners=[])

        result = run_job(
            task_function=task,
            config=job.config,
            job_dir_key="hydra.sweep.dir",
            job_subdir_key="hydra.sweep.subdir",
            hydra_context=context,
        )
        _ = result.return_value  # raises what the job raised


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def _result(process: Process) -> JobReturn:
    """Return a job's result for Hydra's sweepers: its validation accuracy, 0 if there is none."""
    value = process.last["metrics"]["validation/accuracy"] if process.last else 0.0
    result = JobReturn(process.job.overrides, process.job.config)
    result.status = JobStatus.COMPLETED
    result.return_value = value
    return result
