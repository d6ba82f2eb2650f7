"""The runners of a Dask worker: started when a run needs one, and kept for the next run."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from experiments.cluster.commands import STOP, Answer, Command

MODULE = "experiments.cluster.runner"
LOG = "runner.log"
OF_DASK = ("MALLOC_TRIM_THRESHOLD_",)
"""Variables that Dask sets for its workers, and that would make training slower."""


class RunnerError(Exception):
    """A runner has ended, though nobody had asked it to; the message has its last words."""


class Runner:
    """A process that does runs. ``log`` gets what it prints."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._connection: Connection
        self._connection, its_end = Pipe()
        environment = {name: os.environ[name] for name in os.environ if name not in OF_DASK}
        with its_end, log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", MODULE, str(its_end.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                pass_fds=[its_end.fileno()],
                start_new_session=True,  # Ctrl-C reaches only the worker
            )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process goes on."""
        return self._process.poll() is None

    def send(self, command: Command) -> None:
        """Give it a command. Raise RunnerError if it has ended."""
        try:
            self._connection.send(command)
        except OSError:
            raise self._error() from None

    def stop(self) -> None:
        """Ask for the end of the run that it does."""
        try:
            self._connection.send(STOP)
        except OSError:
            return  # `answer` says so

    def answer(self, seconds: float) -> Answer | None:
        """Wait so many seconds for the answer, and return it. Raise RunnerError if it has ended."""
        try:
            if self._connection.poll(seconds):
                answer: Answer = self._connection.recv()
                return answer
        except (EOFError, OSError):
            raise self._error() from None
        if self._process.poll() is not None:
            raise self._error()
        return None

    def close(self) -> None:
        """End it, after the run that it does has ended."""
        self._connection.close()
        self._process.wait()

    def _error(self) -> RunnerError:
        code = self._process.wait()
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        words = f": {lines[-1]}" if lines else ""
        return RunnerError(f"the process that does the runs has ended with exit code {code}{words}")


class Runners:
    """The idle runners of this process. A worker with several threads has several.

    They are kept for one client at a time: a runner has the code that it has imported, and between
    two sweeps the code may change.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Runner] = []
        self._client = ""

    def close(self) -> None:
        """End all idle runners."""
        with self._lock:
            self._end_idle()

    def _end_idle(self) -> None:
        for runner in self._idle:
            runner.close()
        self._idle = []

    @contextmanager
    def one(self, client: str, folder: Path) -> Iterator[Runner]:
        """Yield a runner for a run of this client. ``folder`` is for its log."""
        with self._lock:
            if client != self._client:
                self._end_idle()
                self._client = client
            found = self._idle.pop() if self._idle else None
        runner = found or Runner(folder / f"{threading.get_ident()}-{LOG}")
        try:
            yield runner
        except BaseException:
            runner.close()
            raise
        with self._lock:
            if client == self._client and runner.alive:
                self._idle.append(runner)
                return
        runner.close()
