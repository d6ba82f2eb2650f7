"""A cluster of Dask for tests: real processes, each in a folder of its own."""

import contextlib
import importlib.util
import json
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

import harness
import pytest
from harness import Program

DASK = Path(sys.executable).with_name("dask")
RUNNER = "experiments.cluster.runner"
QUIET = ("--no-dashboard",)
needs_dask = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="Dask is not installed"
)


class DaskCluster:
    """A scheduler and the workers that were started here. Leaving the context kills them all."""

    def __init__(self, folder: Path, *, workers: int = 2, port: int = 0) -> None:
        self.folder = folder
        self.stack = ExitStack()
        self.workers: dict[str, Program] = {}
        self.scheduler = self._start_scheduler(port)
        for number in range(workers):
            self.add_worker(f"w{number}")

    def __enter__(self) -> "DaskCluster":
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def _start_scheduler(self, port: int) -> Program:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "scheduler.json"
        command = [DASK, "scheduler", "--host", "127.0.0.1", "--port", str(port), *QUIET]
        command += ["--scheduler-file", file]
        program = Program(command, self.folder / "scheduler.log", cwd=self.folder)
        self.stack.enter_context(program)
        harness.wait_for(file.exists, "file of the scheduler")
        self.address: str = json.loads(file.read_text(encoding="utf-8"))["address"]
        return program

    def add_worker(self, name: str, *options: str, **variables: str) -> Program:
        """Start a worker with this name, in a folder of its own, and wait until it has joined."""
        folder = self.folder / name
        folder.mkdir()
        command = [DASK, "worker", self.address, "--name", name, "--nthreads", "1", *QUIET]
        command += ["--local-directory", folder, *options]
        cache = str(self.folder / "cache")
        variables = {"EXPERIMENTS_CACHE": cache, **variables}
        program = Program(command, folder / "log", cwd=folder, **variables)
        self.stack.enter_context(program)
        harness.wait_for(lambda: "Starting established connection" in program.output, name)
        self.workers[name] = program
        return program

    def busy(self) -> Program:
        """Wait for a worker that does a run, and return it."""
        return harness.wait_for(self._busy, "a worker that does a run")

    def _busy(self) -> Program | None:
        alive = (name for name, each in self.workers.items() if each.process.poll() is None)
        return next((self.workers[name] for name in alive if _runs(self.folder / name)), None)

    def kept(self) -> list[str]:
        """Return the names of what the scheduler keeps of runs: tasks, and their states."""
        from distributed import Client

        with Client(self.address) as client:
            return [name for name in client.list_datasets() if name.startswith("run-")]

    @property
    def options(self) -> list[str]:
        """The words of a command that give a sweep to this cluster."""
        return ["-m", "hydra/launcher=dask", f"hydra.launcher.scheduler={self.address}"]


def _runs(folder: Path) -> bool:
    """Return whether a worker does a run: it has a journal in its folder."""
    return any(folder.rglob("runs/*/journal.jsonl"))


def maps(pid: int) -> str:
    """Return what a process has mapped into its memory; nothing if it has ended."""
    try:
        return Path(f"/proc/{pid}/maps").read_text(encoding="utf-8")
    except OSError:
        return ""


def runs_of(worker: Program) -> list[int]:
    """Return the processes of a worker that do a run: children of its runners."""
    runners = {pid for pid, command in worker.processes().items() if RUNNER in command}
    return [pid for pid in runners if _parent(pid) in runners]


def _parent(pid: int) -> int:
    """Return the parent of a process; 0 if it has ended meanwhile."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def kill(program: Program) -> None:
    """Kill a worker as a dying machine does: all its processes at once."""
    for pid in program.processes():
        with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
            os.kill(pid, signal.SIGKILL)
