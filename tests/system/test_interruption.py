"""Ctrl-C, kill and kill -9: what was recorded stays, MLflow knows, and no process is left."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import harness
import pytest
from harness import ENDLESS, NOT_TRACKED, Program, Tracked

EXIT_CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGKILL": -signal.SIGKILL}


class Stopped:
    """Endless runs, each sent a signal; a sweep of four, two at a time, stopped by Ctrl-C; another
    whose main process is killed.

    Each gets its signal when it has recorded an epoch. The run that gets SIGTERM gets it again
    while its writer catches up.
    """

    def __init__(self, base: Path, stack: ExitStack) -> None:
        self.base = base
        sweep = ("-m", "seed=0,1,2,3", "hydra.launcher.processes=2")
        orphans = ("-m", "seed=4,5", "hydra.launcher.processes=1")
        arguments = {**dict.fromkeys(EXIT_CODES, ()), "sweep": sweep, "orphans": orphans}
        self.programs: dict[str, Program] = {
            name: stack.enter_context(
                harness.start(self.folder(name), *more, *ENDLESS, *harness.store(base))
            )
            for name, more in arguments.items()
        }
        for name in EXIT_CODES:
            harness.wait_for_epoch(self.folder(name))
            self.programs[name].send(signal.Signals[name])
        catching_up = self.programs["SIGTERM"]
        harness.wait_for(
            lambda: "interrupted: " in catching_up.output, "message of the interruption"
        )
        catching_up.send(signal.SIGTERM)
        harness.wait_for_epoch(*self.jobs("sweep")[:2])
        self.programs["sweep"].ctrl_c()
        harness.wait_for_epoch(self.jobs("orphans")[0])
        self.programs["orphans"].send(signal.SIGKILL)

    def folder(self, name: str) -> Path:
        """Return what was recorded."""
        return self.base / name

    def jobs(self, name: str) -> list[Path]:
        """Return what was recorded of the jobs of a sweep."""
        return list(harness.wait_for_jobs(self.folder(name)).values())

    def tracked(self, name: str) -> Tracked:
        """Return the run as it is in MLflow after all its processes have ended."""
        self.programs[name].wait_until_gone()
        return harness.recorded_in(self.folder(name), harness.tracked(harness.uri(self.base)))


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stopped]:
    with ExitStack() as stack:
        yield Stopped(tmp_path_factory.mktemp("stopped"), stack)


@pytest.mark.parametrize("name", EXIT_CODES)
def test_a_stopped_run_is_killed_in_mlflow_with_what_was_logged(
    stopped: Stopped, name: str
) -> None:
    assert stopped.programs[name].wait() == EXIT_CODES[name]
    run = stopped.tracked(name)
    assert run.status == "KILLED"
    assert run.tags["outcome"] == "interrupted"
    epochs = [event["epoch"] for event in harness.events(stopped.folder(name), "epoch")]
    assert epochs == list(range(1, len(epochs) + 1))
    assert [step for step, _ in run.metrics["train/cost"]] == epochs
    assert run.metrics == harness.histories(stopped.folder(name))


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_stopped_run_says_so(stopped: Stopped, name: str) -> None:
    program = stopped.programs[name]
    program.wait()
    assert program.processes() == {}  # the writer has ended before it
    assert f"interrupted: stopped by {name}" in program.output
    assert "Traceback" not in program.output
    last = harness.events(stopped.folder(name))[-1]
    assert (last["event"], last["status"]) == ("end", "interrupted")
    run = stopped.tracked(name)
    assert name in run.tags["mlflow.note.content"]
    assert "learning_curves.png" in run.artifacts


def test_a_stopped_sweep_shows_what_it_has_and_leaves_no_process(stopped: Stopped) -> None:
    program = stopped.programs["sweep"]
    assert program.wait() == 130
    assert program.processes() == {}
    assert [row[:2] for row in harness.table(program.output)] == [
        ["seed=0", "interrupted"],
        ["seed=1", "interrupted"],
    ]
    assert "Traceback" not in program.output


def test_a_stopped_sweep_starts_no_more_runs(stopped: Stopped) -> None:
    stopped.programs["sweep"].wait()
    jobs = harness.jobs(stopped.folder("sweep"))
    assert [name for name, folder in jobs.items() if folder.is_dir()] == ["seed=0", "seed=1"]


@pytest.mark.parametrize(("name", "started"), [("sweep", 2), ("orphans", 1)])
def test_the_runs_of_a_stopped_sweep_are_killed_in_mlflow(
    stopped: Stopped, name: str, started: int
) -> None:
    stopped.programs[name].wait_until_gone()
    runs = harness.tracked(harness.uri(stopped.base))
    folders = stopped.jobs(name)[:started]
    children = [harness.recorded_in(folder, runs) for folder in folders]
    (parent,) = (run for run in runs if run.id == children[0].tags["mlflow.parentRunId"])
    assert parent.status == "KILLED"
    for folder, run in zip(folders, children, strict=True):
        assert (run.status, run.tags["mlflow.parentRunId"]) == ("KILLED", parent.id)
        assert run.metrics == harness.histories(folder)
        assert run.metrics["validation/accuracy"]


def test_a_run_ends_with_its_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with harness.start(folder, *ENDLESS, NOT_TRACKED) as program:
        harness.wait_for_epoch(folder)
        program.send(signal.SIGHUP)
        assert program.wait() == 129
    n_epochs = len(harness.events(folder, "epoch"))
    end = harness.events(folder)[-1]
    assert end["message"] == f"stopped by SIGHUP after epoch {n_epochs}"
