"""The jobs of a sweep in processes of their own, followed through their journals."""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NoReturn

from experiments.errors import CheckpointError, DataError, StorageError, UserError
from experiments.interruption import SIGNALS, Interrupted, Interruption
from experiments.recording.journal import JOURNAL, Follower, Journal, held
from experiments.recording.record import Record, read
from experiments.running.job import Job, run
from experiments.terminal.display import Display, Outcome

OUTPUT = "output.log"
PR_SET_PDEATHSIG = 1  # prctl(2): the signal to get when the parent dies
POLL = 0.1  # seconds between two looks at the journals
CONTEXT: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
"""A fork shares the data loaded."""
REFUSED = "refused"
"""What a process says that does not go on from a checkpoint: nothing of it is recorded."""
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)
"""Signals that tell of a mistake in the program, rather than of someone who ended it."""


@dataclass
class Process:
    """A job under way."""

    job: Job
    process: BaseProcess
    follower: Follower
    messages: Connection

    def follow(self, display: Display) -> None:
        """Show what is new in the journal."""
        with suppress(DataError):  # the job itself says what is wrong
            for event in self.follower.events():
                display.show(self.job.name, self.job.experiment.epochs, event)

    def conclude(self, display: Display) -> Outcome:
        """Return how it ended, after the process has; record it if the process could not."""
        self.process.join()
        status, message = self._last_words()
        refused = status == REFUSED
        if message and not refused and (status == "failed" or (self.job.folder / JOURNAL).exists()):
            _bury(self.job, status, message)
        record = _read(self.job)
        self.follow(display)
        if refused or not record.end:  # it cannot be recorded, or is not for this process to record
            status = "failed" if refused else status
            record.end = {"event": "end", "status": status, "message": message or status}
            display.show(self.job.name, self.job.experiment.epochs, record.end)
        self.process.close()
        self.messages.close()
        return Outcome.of(self.job.name, record)

    def _last_words(self) -> tuple[str, str]:
        """Return status and message of a process that did not record how it ended."""
        if self.messages.poll():
            try:
                status, message = self.messages.recv()
            except EOFError:
                pass  # it ended without a word
            else:
                return status, message
        code = self.process.exitcode or 0
        if code < 0:
            status = "failed" if -code in CRASHES else "interrupted"
            return status, f"its process was ended by {signal.Signals(-code).name}"
        if code - 128 in SIGNALS or code == 0:
            return "interrupted", ""
        return "failed", f"its exit code was {code}"


def run_all(
    jobs: Sequence[Job],
    *,
    processes: int,
    done: Callable[[Outcome], None],
    display: Display,
    meanwhile: Callable[[], object],
) -> None:
    """Do the jobs, calling ``done`` with each as it ends, and ``meanwhile`` all the time."""
    waiting = deque(jobs)
    running: list[Process] = []
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                running.append(_start(_next(waiting, display)))
            connection.wait([each.process.sentinel for each in running], timeout=POLL)
            for each in list(running):
                if each.process.is_alive():
                    each.follow(display)
                else:
                    running.remove(each)
                    done(each.conclude(display))
            meanwhile()
    except BaseException as error:  # an interruption above all
        signum = error.signum if isinstance(error, Interrupted) else signal.SIGTERM
        for each in running:
            os.kill(each.process.pid or 0, signum)
        for each in running:
            done(each.conclude(display))
        raise


def _next(waiting: deque[Job], display: Display) -> Job:
    """Take the next job, if possible one that no other process is doing."""
    for _ in range(len(waiting)):
        if not held(waiting[0].folder):
            return waiting.popleft()
        waiting.rotate(-1)
    job = waiting.popleft()
    display.say(f"{job.name}: another process is doing this run; waiting for it")
    return job


def _start(job: Job) -> Process:
    receiver, sender = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=_child, args=(job, sender, os.getpid()))
    follower = Follower(job.folder, new=True)
    process.start()
    sender.close()
    return Process(job, process, follower, receiver)


def _bury(job: Job, status: str, message: str) -> None:
    """Record the end of a process that died before it could itself, if that is possible."""

    def taken() -> NoReturn:
        raise BlockingIOError

    try:
        with Journal(job.folder, waiting=taken) as journal:
            record = Record.of(journal.events, journal.path)
            if not record.start:
                journal.append("start", job.start())
            if not record.end:
                journal.append("end", {"status": status, "message": message})
    except (OSError, UserError):
        return


def _read(job: Job) -> Record:
    try:
        return read(job.folder) or Record()
    except UserError:
        return Record()


def _child(job: Job, messages: Connection, parent: int) -> None:
    """Do one job, in its own process."""
    os.setsid()  # Ctrl-C reaches the sweep alone, which passes it on
    interruption = Interruption()
    interruption.install()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return  # the sweep was killed before it could take this process along
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
        _redirect(job)
        run(job, listeners=[], interruption=interruption, say=print)
    except KeyboardInterrupt as error:
        os._exit(getattr(error, "exit_code", 128 + signal.SIGINT))
    except CheckpointError as error:
        _exit(messages, REFUSED, str(error))
    except (OSError, StorageError) as error:
        _exit(messages, "interrupted", str(error))
    except Exception as error:
        _exit(messages, "failed", str(error) or type(error).__name__)


def _redirect(job: Job) -> None:
    """Let what a job prints go into a file in its folder."""
    output = (job.folder / OUTPUT).open("a", encoding="utf-8", buffering=1)
    sys.stdout = sys.stderr = output
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)


def _exit(messages: Connection, status: str, message: str) -> NoReturn:
    messages.send((status, message))
    messages.close()
    os._exit(1)
