"""Starting the programs of this project as a user does, and waiting for what they do.

A program's output goes to a file, so that a test can read it while the program runs.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

PROJECT = Path(__file__).resolve().parents[3]
EXPERIMENTS = Path(sys.executable).with_name("experiments")
"""The command `experiments`."""
PATIENCE = 150
"""Seconds after which a wait fails. The machine may be busy with other things."""
POLL = 0.02
"""Seconds between two looks at a condition."""

SMALL = ("epochs=2", "dataset.train_size=300")
ENDLESS = ("epochs=100000", "dataset.train_size=300", "dataset.validation_size=1000")
NOT_TRACKED = "tracking=none"

SETPRIV = shutil.which("setpriv")  # util-linux
TERMINATED_WITH_THE_TESTS = [SETPRIV, "--pdeathsig", "TERM"] if SETPRIV else []
"""The start of a command which the kernel terminates when the process of the tests ends."""

T = TypeVar("T")


class Program:
    """A running command. Leaving the context kills it and every process that it has started.

    If the tests themselves are killed, the command is terminated.
    """

    def __init__(
        self, command: Sequence[str | Path], log: Path, *, cwd: Path = PROJECT, **variables: str
    ) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        self._mark = f"END_TO_END_TEST={uuid.uuid4().hex}"
        name, _, value = self._mark.partition("=")
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [*TERMINATED_WITH_THE_TESTS, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**environment(), **variables, name: value},
                start_new_session=True,
            )

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    @property
    def output(self) -> str:
        """The text that it has printed so far, on stdout and stderr."""
        return self.log.read_text(encoding="utf-8")

    def wait(self, patience: float = PATIENCE) -> int:
        """Wait for the end, at most so many seconds, and return the exit code."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"no end after {patience} s; so far:\n{self.output}") from error

    def send(self, signum: int) -> None:
        """Send a signal to the main process only."""
        self.process.send_signal(signum)

    def ctrl_c(self) -> None:
        """Send SIGINT as a terminal does: to every process in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)

    def processes(self) -> dict[int, str]:
        """Return the command lines of the main process and of its descendants, by process id.

        They are found by an environment variable that they inherit. So a process is found even if
        it has left the session.
        """
        found = {}
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):  # it has ended, or belongs to another user
                variables = (folder / "environ").read_bytes().split(b"\0")
                if folder.name.isdigit() and self._mark.encode() in variables:
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                    found[int(folder.name)] = command.decode(errors="replace").strip()
        return found

    def wait_until_gone(self) -> None:
        """Wait until the main process and all its descendants have ended."""
        wait_for(lambda: not self.processes(), f"the end of {self.processes()}")


def environment() -> dict[str, str]:
    """Return this process's variables, without those that change how the programs behave."""
    removed = ("MLFLOW_", "HYDRA_", "OPENBLAS_", "PYTHONUNBUFFERED", "COLUMNS", "FORCE_COLOR")
    return {name: value for name, value in os.environ.items() if not name.startswith(removed)}


def wait_for(condition: Callable[[], T], what: str) -> T:
    """Wait until ``condition`` returns something true, and return that."""
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, f"no {what} after {PATIENCE} s"
        time.sleep(POLL)
    return value


def start(
    folder: Path,
    *arguments: str,
    options: Sequence[str] = (),
    cwd: Path = PROJECT,
    log: Path | None = None,
    **variables: str,
) -> Program:
    """Start `python run.py`, which records in ``folder``. ``options`` are options of Python.

    Without ``log``, the output goes to FOLDER.log.
    """
    command = [sys.executable, *options, PROJECT / "run.py", *arguments, f"outputs={folder}"]
    return Program(command, log or folder.with_suffix(".log"), cwd=cwd, **variables)


def run_together(commands: Mapping[Path, Sequence[str]], **settings: Any) -> None:
    """Run several `python run.py` at once until they succeed, each recording in its folder."""
    with ExitStack() as stack:
        programs = [
            stack.enter_context(start(folder, *arguments, **settings))
            for folder, arguments in commands.items()
        ]
        for program in programs:
            assert program.wait() == 0, program.output
