"""Ctrl-C, kill and kill -9: the record stays, MLflow gets it, and no process is left over."""

import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import harness
import pytest
from harness import ENDLESS, NOT_TRACKED, Program, Tracked

EXIT_CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGKILL": -signal.SIGKILL}
ALONE = "hydra.launcher.lockstep=1"
SWEEPS = {
    "sweep": ("-m", "seed=0,1,2,3", "hydra.launcher.processes=2", ALONE),
    "orphans": ("-m", "seed=4,5", "hydra.launcher.processes=1", ALONE),
}
STRESS = pytest.mark.stress
HANDLED = [pytest.param("SIGINT", marks=STRESS), "SIGTERM"]
EVERY_SIGNAL = [*HANDLED, pytest.param("SIGKILL", marks=STRESS)]


class Stopped:
    """Tracked programs without an end, each of which is stopped after its first epoch.

    There is a run for each of `EXIT_CODES`. The run that gets SIGTERM gets it again while the rest
    is written to MLflow. ``sweep`` is stopped by Ctrl-C. The main process of ``orphans`` is killed.
    """

    def __init__(self, base: Path, stack: ExitStack) -> None:
        self._base = base
        self._stack = stack
        self._programs: dict[str, Program] = {}

    def program(self, name: str) -> Program:
        """Return a program that was stopped. The first call starts and stops it."""
        if name not in self._programs:
            arguments = (*SWEEPS.get(name, ()), *ENDLESS, *harness.store(self._base))
            program = harness.start(self.folder(name), *arguments)
            self._programs[name] = self._stack.enter_context(program)
            self._stop(name, program)
        return self._programs[name]

    def _stop(self, name: str, program: Program) -> None:
        if name == "sweep":
            harness.wait_for_epoch(*self.jobs(name)[:2])
            program.ctrl_c()
        elif name == "orphans":
            harness.wait_for_epoch(self.jobs(name)[0])
            program.send(signal.SIGKILL)
        else:
            harness.wait_for_epoch(self.folder(name))
            program.send(signal.Signals[name])
        if name == "SIGTERM":
            harness.wait_for(lambda: "interrupted: " in program.output, "message")
            program.send(signal.SIGTERM)

    def folder(self, name: str) -> Path:
        """Return the outputs folder of a program."""
        return self._base / name

    def jobs(self, name: str) -> list[Path]:
        """Return the folders of the runs of a sweep."""
        return list(harness.wait_for_jobs(self.folder(name)).values())

    def in_mlflow(self, name: str) -> list[Tracked]:
        """Return all runs in the store, after all processes of a program have ended."""
        self.program(name).wait_until_gone()
        return harness.tracked(harness.uri(self._base))


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopped]:
    with ExitStack() as stack:
        yield Stopped(tmp_path_factory.mktemp("stopped"), stack)


@pytest.mark.parametrize("name", EVERY_SIGNAL)
def test_a_stopped_run_is_killed_in_mlflow_with_all_its_metrics(
    stopped: Stopped, name: str
) -> None:
    assert stopped.program(name).wait() == EXIT_CODES[name]
    run = harness.recorded_in(stopped.folder(name), stopped.in_mlflow(name))
    assert run.status == "KILLED"
    assert run.tags["status"] == "interrupted"
    epochs = [event["epoch"] for event in harness.events(stopped.folder(name), "epoch")]
    assert epochs == list(range(1, len(epochs) + 1))
    assert [step for step, _ in run.metrics["train/cost"]] == epochs
    assert run.metrics == harness.histories(stopped.folder(name))


@pytest.mark.parametrize("name", HANDLED)
def test_a_stopped_run_says_why_it_ended(stopped: Stopped, name: str) -> None:
    program = stopped.program(name)
    program.wait()
    assert program.processes() == {}  # the process that writes to MLflow has ended before it
    assert f"interrupted: stopped by {name}" in program.output
    assert "Traceback" not in program.output
    last = harness.events(stopped.folder(name))[-1]
    assert (last["event"], last["status"]) == ("end", "interrupted")
    run = harness.recorded_in(stopped.folder(name), stopped.in_mlflow(name))
    assert run.tags["message"] == last["message"]
    assert name in run.tags["message"]
    assert "learning_curves.svg" in run.artifacts


@pytest.mark.stress
def test_a_killed_run_has_a_message_in_mlflow(stopped: Stopped) -> None:
    run = harness.recorded_in(stopped.folder("SIGKILL"), stopped.in_mlflow("SIGKILL"))
    assert run.tags["message"] == "its process ended without recording why"


def test_a_stopped_sweep_shows_its_runs_and_leaves_no_process(stopped: Stopped) -> None:
    program = stopped.program("sweep")
    assert program.wait() == 130
    assert program.processes() == {}
    assert [row[:2] for row in harness.table(program.output)] == [
        ["seed=0", "interrupted"],
        ["seed=1", "interrupted"],
    ]
    assert "Traceback" not in program.output


def test_a_stopped_sweep_starts_no_more_runs(stopped: Stopped) -> None:
    stopped.program("sweep").wait()
    jobs = harness.jobs(stopped.folder("sweep"))
    assert [name for name, folder in jobs.items() if folder.is_dir()] == ["seed=0", "seed=1"]


@pytest.mark.parametrize(
    ("name", "started"), [("sweep", 2), pytest.param("orphans", 1, marks=STRESS)]
)
def test_the_runs_of_a_stopped_sweep_are_killed_in_mlflow(
    stopped: Stopped, name: str, started: int
) -> None:
    runs = stopped.in_mlflow(name)
    folders = stopped.jobs(name)[:started]
    children = [harness.recorded_in(folder, runs) for folder in folders]
    (parent,) = (run for run in runs if run.id == children[0].tags["mlflow.parentRunId"])
    assert parent.status == "KILLED"
    for folder, run in zip(folders, children, strict=True):
        assert (run.status, run.tags["mlflow.parentRunId"]) == ("KILLED", parent.id)
        assert run.metrics == harness.histories(folder)
        assert run.metrics["validation/accuracy"]


@pytest.mark.stress
def test_the_runs_of_a_killed_sweep_end_and_record_it(tmp_path: Path) -> None:
    folder = tmp_path / "orphans"
    with harness.start(folder, *SWEEPS["orphans"], *ENDLESS, NOT_TRACKED) as program:
        first, second = harness.wait_for_jobs(folder).values()
        harness.wait_for_epoch(first)
        program.send(signal.SIGKILL)
        program.wait_until_gone()
    end = harness.events(first)[-1]
    assert (end["event"], end["status"]) == ("end", "interrupted")
    assert not second.exists()


@pytest.mark.stress
def test_a_run_ends_with_its_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with harness.start(folder, *ENDLESS, NOT_TRACKED) as program:
        harness.wait_for_epoch(folder)
        program.send(signal.SIGHUP)
        assert program.wait() == 129
    n_epochs = len(harness.events(folder, "epoch"))
    end = harness.events(folder)[-1]
    assert end["message"] == f"stopped by SIGHUP after epoch {n_epochs}"


SIGNAL_DURING_FORK = """
import os, runpy, signal, sys

forks = []

def send():
    forks.append(1)
    if len(forks) == 1:
        os.kill(os.getpid(), signal.SIGTERM)

os.register_at_fork(before=send)
sys.argv = ["run.py", *sys.argv[1:]]
runpy.run_path("run.py", run_name="__main__")
"""
"""Python loses an exception that is raised in this callback."""


@pytest.mark.stress
def test_a_signal_during_the_start_of_a_process_is_not_lost(tmp_path: Path) -> None:
    words = ("-m", "seed=1,2,3", *ENDLESS, NOT_TRACKED, f"outputs={tmp_path / 'outputs'}")
    command = [sys.executable, "-c", SIGNAL_DURING_FORK, *words]
    with Program(command, tmp_path / "log") as program:
        assert program.wait() == 143, program.output
        assert "Traceback" not in program.output
        program.wait_until_gone()
