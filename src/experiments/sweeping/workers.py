"""The worker processes of a sweep: each does a few jobs, and is followed through their journals."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

from experiments.errors import CheckpointError, DataError, StorageError, UserError
from experiments.interruption import SIGNALS, Interruption
from experiments.processors import usable_processors
from experiments.recording import (
    OUTPUT_LOG,
    SILENT_END,
    End,
    Event,
    Journal,
    Note,
    Record,
    RecordFollower,
    Status,
    is_held,
    is_run,
    without_waiting,
)
from experiments.running import HELD, Job, lockstep_groups, run_together

NEVER_BEGAN = "its process ended before the run began, without saying why"
"""The message of a run without a record, if its process sent none."""
PR_SET_PDEATHSIG = 1  # prctl(2): the signal that a process gets when its parent dies
POLL = 0.1  # seconds between two looks at the journals
CONTEXT: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
"""A forked process shares the data that its parent has loaded."""
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
"""Signals that an error in the program causes; other signals come from outside."""


@dataclass(frozen=True)
class LastMessage:
    """The message of a process about a run whose end it could not record.

    ``recordable`` is false if the record must stay as it is.
    """

    status: Status
    text: str
    recordable: bool = True


@dataclass
class Followed:
    """A job that a process does, followed through its journal."""

    job: Job
    follower: RecordFollower
    record: Record | None = None
    last: LastMessage = LastMessage(Status.INTERRUPTED, "")
    """The last message about the run, after its process has ended."""

    def events(self) -> list[Event]:
        """Return the new events of the run."""
        with suppress(DataError):  # the job itself reports the damage
            return self.follower.update()
        return []

    def conclude(self, last: LastMessage) -> list[Event]:
        """Return the last events of the run, after the end of its process.

        If the process could not record the end of the run, this does. If no end can be recorded,
        the last event is one that is in no journal.
        """
        self.last = last
        if (
            last.text
            and last.recordable
            and (last.status is Status.FAILED or is_run(self.job.folder))
        ):
            record_end(self.job, last)
        events = self.events()
        self.record = self.follower.record
        if self.record is None or self._is_unfinished(self.record) or not last.recordable:
            silent = SILENT_END if self.record else NEVER_BEGAN
            end = End(status=last.status, message=last.text or silent)
            self.record = self.record or Record(self.job.start())
            self.record.end = end
            events.append(end)
        return events

    def _is_unfinished(self, record: Record) -> bool:
        """Return whether the process ended without an end of the run, or before its test."""
        return record.end is None or self.job.opens_test(record)


@dataclass
class Worker:
    """A process that does a few jobs."""

    jobs: list[Followed]
    process: BaseProcess
    messages: Connection

    def events(self) -> list[tuple[Job, Event]]:
        """Return the new events of the runs."""
        return [(each.job, event) for each in self.jobs for event in each.events()]

    def conclude(self, why: LastMessage | None = None) -> list[tuple[Job, Event]]:
        """Wait for the end of the process, and return the last events of its runs.

        ``why`` says why the process was ended, if the caller knows it.
        """
        self.process.join()
        sent = dict(self._messages())
        events = [
            (each.job, event)
            for each in self.jobs
            for event in each.conclude(why or sent.get(each.job.identity, self._exit()))
        ]
        self.process.close()
        self.messages.close()
        return events

    def _messages(self) -> Iterator[tuple[str, LastMessage]]:
        """Yield what the process sent: the identities of runs, each with its last message."""
        with suppress(EOFError):
            while self.messages.poll():
                yield self.messages.recv()

    def _exit(self) -> LastMessage:
        """Return how the process ended; an empty text if it recorded the ends of its runs."""
        code = self.process.exitcode or 0
        if code < 0:
            status = Status.FAILED if -code in CRASHES else Status.INTERRUPTED
            return LastMessage(status, f"its process was ended by {signal.Signals(-code).name}")
        if code - 128 in SIGNALS or code == 0:
            return LastMessage(Status.INTERRUPTED, "")
        return LastMessage(Status.FAILED, f"its exit code was {code}")


class Crew(Protocol):
    """Does the jobs of a sweep, a few at a time, and says what happens to them.

    ``processes`` is the number of processes that do them, of which ``at_once`` work at the same
    time; ``ended`` are the jobs that have ended, each with its record.
    """

    jobs: list[Job]
    processes: int
    at_once: int
    ended: list[Followed]

    @property
    def done(self) -> bool:
        """True when no job is waiting or running."""
        ...

    @property
    def running(self) -> list[list[Job]]:
        """The jobs that each process does."""
        ...

    def poll(self) -> list[tuple[Job, Event]]:
        """Start jobs if there is room, wait a moment, and return the new events of all jobs."""
        ...

    def stop(self, signum: int) -> None:
        """Start no further job, and send a signal to the jobs that run."""
        ...


class Workers:
    """Does jobs in worker processes, ``processes`` of them at a time.

    A process does up to ``lockstep`` jobs together if they are faster so.
    """

    def __init__(self, jobs: Sequence[Job], *, processes: int, lockstep: int) -> None:
        self.jobs = list(jobs)
        self.processes = processes
        self.at_once = usable_processors()
        self.ended: list[Followed] = []
        self._waiting = deque(lockstep_groups(jobs, processes=processes, most=lockstep))
        self._running: list[Worker] = []

    @property
    def done(self) -> bool:
        return not self._waiting and not self._running

    @property
    def running(self) -> list[list[Job]]:
        return [[each.job for each in worker.jobs] for worker in self._running]

    def poll(self) -> list[tuple[Job, Event]]:
        events: list[tuple[Job, Event]] = []
        while self._waiting and len(self._running) < self.processes:
            jobs = self._next()
            events += [(job, HELD) for job in jobs if is_held(job.folder)]
            with _no_signals():
                self._running.append(begin_process(jobs))
        connection.wait([worker.process.sentinel for worker in self._running], timeout=POLL)
        for worker in list(self._running):
            if worker.process.is_alive():
                events += worker.events()
            else:
                self._running.remove(worker)
                events += worker.conclude()
                self.ended += worker.jobs
        return events

    def stop(self, signum: int) -> None:
        self._waiting.clear()
        for worker in self._running:
            if worker.process.is_alive():
                os.kill(worker.process.pid or 0, signum)

    def _next(self) -> list[Job]:
        """Return the next jobs of a process, if possible some that no other process is doing."""
        for _ in range(len(self._waiting)):
            jobs = self._waiting.popleft()
            held = [job for job in jobs if is_held(job.folder)]
            free = [job for job in jobs if job not in held]
            if held:
                self._waiting.append(held)
            if free:
                return free
        return self._waiting.popleft()


@contextmanager
def _no_signals() -> Iterator[None]:
    """Let signals wait while a process is forked and listed.

    Python loses an exception that a signal raises during a fork, and so the interruption.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin_process(jobs: Sequence[Job]) -> Worker:
    """Start a process that does jobs, which shares the images that are loaded here."""
    receiver, sender = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_work, args=(jobs, sender, os.getpid()))
    worker = Worker([Followed(job, RecordFollower(job.folder)) for job in jobs], process, receiver)
    worker.events()  # those recorded before are not new
    _load(jobs[0])
    process.start()
    sender.close()
    return worker


def _load(job: Job) -> None:
    """Load the images before the process is forked, which then shares them.

    A job that fails to load them reports that itself.
    """
    with suppress(Exception):
        job.experiment.dataset.load(job.experiment.dtype)


def record_end(job: Job, last: LastMessage) -> None:
    """Record the end of a process that died before it could, if that is possible."""
    try:
        with Journal(job.folder, wait=False) as journal:
            record = Record.of(journal.events, journal.path)
            if record is None:
                journal.append(job.start())
            if record is None or record.end is None:
                journal.append(End(status=last.status, message=last.text))
    except (OSError, UserError):
        return


def _work(jobs: Sequence[Job], messages: Connection, parent: int) -> None:
    """Do jobs, in a worker process."""
    os.setsid()  # Ctrl-C reaches only the sweep, which passes it on
    interruption = Interruption()
    interruption.install()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return  # the sweep was killed before it could end this process
    output = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    sys.stdout = sys.stderr = output
    exit_code = 0
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # they wait since before the fork
        for job, event in run_together(jobs, interruption=interruption, enter=_Output().enter):
            if isinstance(event, KeyboardInterrupt):
                exit_code = _exit_code(event)
            elif isinstance(event, BaseException):
                messages.send((job.identity, _last_message(event)))
            elif isinstance(event, Note) and not event.recorded:
                print(event.message)
    except KeyboardInterrupt as error:
        exit_code = _exit_code(error)
    messages.close()
    if exit_code:
        os._exit(exit_code)


def _exit_code(error: KeyboardInterrupt) -> int:
    return getattr(error, "exit_code", 128 + signal.SIGINT)


def _last_message(error: BaseException) -> LastMessage:
    if isinstance(error, CheckpointError):
        return LastMessage(Status.FAILED, str(error), recordable=False)
    if isinstance(error, OSError | StorageError):
        return LastMessage(Status.INTERRUPTED, str(error))
    return LastMessage(Status.FAILED, str(error) or type(error).__name__)


class _Output:
    """The output of the process, which goes to a file in the folder of the run that it does."""

    def __init__(self) -> None:
        self._begun: set[Path] = set()

    def enter(self, job: Job) -> None:
        """Print to the file of a run from now on. Make its folder, but only the first time."""
        if job.folder not in self._begun:
            job.folder.mkdir(parents=True, exist_ok=True)
            self._begun.add(job.folder)
        log = job.folder / OUTPUT_LOG
        with (
            suppress(FileNotFoundError),  # the folder has been deleted: the run itself says so
            open(log, "a", encoding="utf-8", opener=without_waiting) as output,
        ):
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
