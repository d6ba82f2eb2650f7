"""A sweep: jobs in processes of their own, followed through their journals."""

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
from hydra.core.utils import JobReturn, JobStatus, run_job
from hydra.types import HydraContext
from omegaconf import DictConfig

from experiments.config import build, choices, plain
from experiments.display import Display, summary
from experiments.environment import environment
from experiments.errors import ConfigError, UserError
from experiments.job import interruptible, run
from experiments.journal import SWEEP, Follower, Journal
from experiments.naming import job_names
from experiments.writer import Writer

OUTPUT = "output.log"
POLL = 0.1  # seconds between two looks at the journals
START_METHOD = "fork" if sys.platform == "linux" else "spawn"  # a fork shares the data loaded


@dataclass(frozen=True)
class Job:
    """One point of a sweep."""

    number: int
    name: str
    overrides: list[str]
    config: DictConfig  # as Hydra composed it, with its own node

    @property
    def folder(self) -> Path:
        """The job's own folder."""
        return Path(self.config.hydra.sweep.dir) / str(self.number)


@dataclass
class Process:
    """A job under way, and what its journal has said so far."""

    job: Job
    process: BaseProcess
    follower: Follower
    last: Mapping[str, Any] | None = None  # `epoch` event
    end: Mapping[str, Any] = field(default_factory=dict)

    def follow(self, display: Display) -> None:
        """Take in and show what is new in the journal."""
        for event in self.follower.events():
            display.show(self.job.name, event)
            if event["event"] == "epoch":
                self.last = event
            elif event["event"] == "end":
                self.end = event

    def conclude(self, display: Display) -> None:
        """Take in the rest, after the process has ended; say so if it could not itself."""
        self.process.join()
        self.follow(display)
        if not self.end:
            _bury(self.job, self.process.exitcode or 0)
            self.follow(display)


def prepare(overrides: Sequence[Sequence[str]], configs: Sequence[DictConfig]) -> list[Job]:
    """Return the jobs of a sweep, once every one of them has been checked.

    Raises ConfigError, naming the job, or DataError.
    """
    groups = choices(configs[0])
    for job, config in zip(overrides, configs, strict=True):
        HydraConfig.instance().set_config(config)  # for the values that refer to Hydra's own
        try:
            build(config)
        except ConfigError as error:
            raise ConfigError(f"{' '.join(job)}: {error}") from None
    return [
        Job(config.hydra.job.num, name, list(job), config)
        for job, name, config in zip(overrides, job_names(overrides, groups), configs, strict=True)
    ]


def sweep(
    jobs: Sequence[Job], context: HydraContext, *, overrides: Sequence[str], processes: int
) -> list[JobReturn]:
    """Run the jobs, ``processes`` at once, and return their results in order.

    ``overrides`` are those of the whole sweep, as they stood on the command line.
    Raises UserError after the last job when any of them failed; `Interrupted` on SIGINT or SIGTERM,
    after the jobs under way have recorded that they were stopped.
    """
    hydra = jobs[0].config.hydra
    folder = Path(hydra.sweep.dir)
    sweep_id = _record(folder, jobs, overrides)
    done: list[Process] = []
    interruptible()
    with Display() as display:
        display.say(f"{len(jobs)} runs, {processes} at a time; per epoch: training, val(idation)")
        with Writer(folder, jobs[0].config.tracking.uri) as writer:
            try:
                _run(jobs, context, sweep_id, processes=processes, done=done, display=display)
            finally:
                display.console.print(summary([(p.job.name, p.last, p.end) for p in done]))
        display.say(writer.report())
    failed = [p.job.name for p in done if p.end["status"] == "failed"]
    if failed:
        raise UserError(f"{len(failed)} of {len(jobs)} runs failed: {', '.join(failed)}")
    return [_result(process) for process in done]


def _record(folder: Path, jobs: Sequence[Job], overrides: Sequence[str]) -> str:
    """Write what the sweep consists of; return its id."""
    record = {
        "id": uuid.uuid4().hex,
        "name": " ".join(overrides),
        "time": time.time(),
        "overrides": list(overrides),
        "environment": environment(),
        "tracking": plain(jobs[0].config)["tracking"],
        "runs": [{"name": job.name, "folder": job.folder.name} for job in jobs],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SWEEP).write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    return str(record["id"])


def _run(
    jobs: Sequence[Job],
    context: HydraContext,
    sweep_id: str,
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
                process = make(target=_child, args=(job, context, sweep_id))
                process.start()
                running.append(Process(job, process, Follower(job.folder)))
            connection.wait([each.process.sentinel for each in running], timeout=POLL)
            for each in list(running):
                if each.process.is_alive():
                    each.follow(display)
                else:
                    each.conclude(display)
                    running.remove(each)
                    done.append(each)
    except KeyboardInterrupt:
        for each in running:
            each.process.terminate()
        for each in running:
            each.conclude(display)
        done += running
        raise


def _child(job: Job, context: HydraContext, sweep_id: str) -> None:
    """Run one job, in its own process."""
    os.setsid()  # Ctrl-C reaches the sweep alone, which passes it on
    interruptible()
    job.folder.mkdir(parents=True, exist_ok=True)
    with (job.folder / OUTPUT).open("w", encoding="utf-8", buffering=1) as output:
        sys.stdout = sys.stderr = output
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)

        def task(config: DictConfig) -> None:
            run(config, job.folder, identity=_identity(job, sweep_id), listeners=[])

        result = run_job(
            task_function=task,
            config=job.config,
            job_dir_key="hydra.sweep.dir",
            job_subdir_key="hydra.sweep.subdir",
            hydra_context=context,
        )
        _ = result.return_value  # raises what the job raised


def _identity(job: Job, sweep_id: str) -> dict[str, Any]:
    return {
        "id": uuid.uuid4().hex,
        "name": job.name,
        "sweep": sweep_id,
        "overrides": job.overrides,
        "choices": choices(job.config),
    }


def _bury(job: Job, exitcode: int) -> None:
    """Record the end of a job whose process died before it could."""
    output = (job.folder / OUTPUT).read_text(encoding="utf-8").splitlines()
    if exitcode < 0:
        reason = f"its process was ended by {signal.Signals(-exitcode).name}"
    else:
        reason = output[-1] if output else f"its process ended with exit code {exitcode}"
    journal = Journal(job.folder, resume=True)
    journal.append("end", {"status": "failed", "message": reason})
    journal.close()


def _result(process: Process) -> JobReturn:
    """Return a job's result for Hydra's sweepers: its validation accuracy, 0 if there is none."""
    value = process.last["metrics"]["validation/accuracy"] if process.last else 0.0
    result = JobReturn(process.job.overrides, process.job.config)
    result.status = JobStatus.COMPLETED
    result.return_value = value
    return result
