"""The worker processes of a sweep: each does one job, and is followed through its journal."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NoReturn

from experiments.errors import CheckpointError, DataError, StorageError, UserError
from experiments.interruption import SIGNALS, Interruption
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
from experiments.running import Job, run

PR_SET_PDEATHSIG = 1  # prctl(2): the signal that a process gets when its parent dies
POLL = 0.1  # seconds between two looks at the journals
CONTEXT: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
"""A forked process shares the data that its parent has loaded."""
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
"""Signals that an error in the program causes; other signals come from outside."""


@dataclass(frozen=True)
class LastMessage:
    """The message of a process that could not record the end of its run.

    ``recordable`` is false if the record must stay as it is.
    """

    status: Status
    text: str
    recordable: bool = True


@dataclass
class Worker:
    """A process that does a job."""

    job: Job
    process: BaseProcess
    follower: RecordFollower
    messages: Connection
    record: Record | None = None

    def events(self) -> list[Event]:
        """Return the new events of the run."""
        with suppress(DataError):  # the job itself reports the damage
            return self.follower.update()
        return []

    def conclude(self) -> list[Event]:
        """Wait for the end of the process, and return the last events of the run.

        If the process could not record its end, this does. If no end can be recorded, the last
        event is one that is in no journal.
        """
        self.process.join()
        last = self._last_message()
        if (
            last.text
            and last.recordable
            and (last.status is Status.FAILED or is_run(self.job.folder))
        ):
            _record_end(self.job, last)
        events = self.events()
        self.record = self.follower.record
        if self.record is None or self.record.end is None or not last.recordable:
            end = End(status=last.status, message=last.text or SILENT_END)
            self.record = self.record or Record(self.job.start())
            self.record.end = end
            events.append(end)
        self.process.close()
        self.messages.close()
        return events

    def _last_message(self) -> LastMessage:
        """Return why the process did not record its end; an empty text if it did."""
        if self.messages.poll():
            with suppress(EOFError):  # the process ended without sending a message
                message: LastMessage = self.messages.recv()
                return message
        code = self.process.exitcode or 0
        if code < 0:
            status = Status.FAILED if -code in CRASHES else Status.INTERRUPTED
            return LastMessage(status, f"its process was ended by {signal.Signals(-code).name}")
        if code - 128 in SIGNALS or code == 0:
            return LastMessage(Status.INTERRUPTED, "")
        return LastMessage(Status.FAILED, f"its exit code was {code}")


class Workers:
    """Does jobs in worker processes, ``processes`` of them at a time."""

    def __init__(self, jobs: Sequence[Job], *, processes: int) -> None:
        self.processes = processes
        self.ended: list[Worker] = []
        self._waiting = deque(jobs)
        self._running: list[Worker] = []

    @property
    def done(self) -> bool:
        """True when no job is waiting or running."""
        return not self._waiting and not self._running

    def poll(self) -> list[tuple[Job, Event]]:
        """Start jobs if there is room, wait a moment, and return the new events of all jobs."""
        events: list[tuple[Job, Event]] = []
        while self._waiting and len(self._running) < self.processes:
            job = self._next()
            if is_held(job.folder):
                note = Note(message="another process is doing this run; waiting for it")
                events.append((job, note))
            self._running.append(_start(job))
        connection.wait([worker.process.sentinel for worker in self._running], timeout=POLL)
        for worker in list(self._running):
            if worker.process.is_alive():
                new = worker.events()
            else:
                self._running.remove(worker)
                self.ended.append(worker)
                new = worker.conclude()
            events += [(worker.job, event) for event in new]
        return events

    def stop(self, signum: int) -> None:
        """Start no further job, and send a signal to the jobs that run."""
        self._waiting.clear()
        for worker in self._running:
            if worker.process.is_alive():
                os.kill(worker.process.pid or 0, signum)

    def _next(self) -> Job:
        """Return the next job, if possible one that no other process is doing."""
        for _ in range(len(self._waiting)):
            if not is_held(self._waiting[0].folder):
                break
            self._waiting.rotate(-1)
        return self._waiting.popleft()


def _start(job: Job) -> Worker:
    receiver, sender = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_work, args=(job, sender, os.getpid()))
    worker = Worker(job, process, RecordFollower(job.folder), receiver)
    worker.events()  # those recorded before are not new
    process.start()
    sender.close()
    return worker


def _record_end(job: Job, last: LastMessage) -> None:
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


def _work(job: Job, messages: Connection, parent: int) -> None:
    """Do one job, in a worker process."""
    os.setsid()  # Ctrl-C reaches only the sweep, which passes it on
    interruption = Interruption()
    interruption.install()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return  # the sweep was killed before it could end this process
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
        _redirect_output(job)
        for event in run(job, interruption=interruption):
            if isinstance(event, Note) and not event.recorded:
                print(event.message)
    except KeyboardInterrupt as error:
        os._exit(getattr(error, "exit_code", 128 + signal.SIGINT))
    except CheckpointError as error:
        _exit(messages, LastMessage(Status.FAILED, str(error), recordable=False))
    except (OSError, StorageError) as error:
        _exit(messages, LastMessage(Status.INTERRUPTED, str(error)))
    except Exception as error:
        _exit(messages, LastMessage(Status.FAILED, str(error) or type(error).__name__))


def _redirect_output(job: Job) -> None:
    """Write everything that the process prints to a file in the folder of the run."""
    log = job.folder / OUTPUT_LOG
    output = open(log, "a", encoding="utf-8", buffering=1, opener=without_waiting)  # noqa: SIM115
    sys.stdout = sys.stderr = output
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)


def _exit(messages: Connection, message: LastMessage) -> NoReturn:
    messages.send(message)
    messages.close()
    os._exit(1)
