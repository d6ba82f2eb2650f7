"""A run that is killed at random instants and resumed computes the same bits as without a kill."""

import random
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import harness
import pytest
from harness import CLOCK, NOT_TRACKED, PROJECT, Program

OPTIMIZERS = sorted(path.stem for path in (PROJECT / "conf" / "optimizer").iterdir())
SCHEDULES = {
    **{path.stem: () for path in sorted((PROJECT / "conf" / "schedule").iterdir())},
    "exponential": ("schedule.gamma=0.5",),
    "halve_on_plateau": ("schedule.patience=1",),
    "step": ("schedule.every=2",),
}
"""With the options that make a schedule change the learning rate within a few epochs."""
COMMON = ("epochs=5", "l2=0.5", "dataset.train_size=300", "dataset.validation_size=500")
TRACKED = ("loss=ce", "optimizer=adam", "epochs=60", "batch_size=3", *COMMON[1:])
STRESS = pytest.mark.stress


class Disturbed:
    """A command that is started several times and killed with all its processes each time.

    At last it runs to its end. ``instants`` has a condition for each kill, or None for the next few
    events. The kill comes a few random milliseconds after the condition is met.
    """

    def __init__(
        self,
        folder: Path,
        arguments: Sequence[str],
        instants: Sequence[Callable[[], bool] | None],
    ) -> None:
        self.folder = folder
        self.kills = 0
        rng = random.Random(str(arguments))
        for condition in instants:
            with harness.start(folder, *arguments) as program:
                events = self._events() + rng.randint(1, 7)
                _wait_for(program, condition or (lambda enough=events: self._events() >= enough))
                _spin(rng.uniform(0, 0.03))
            program.wait_until_gone()
            self.kills += program.process.returncode == -signal.SIGKILL
        harness.run(folder, *arguments)

    def _events(self) -> int:
        """Count the events of all runs."""
        journals = self.folder.glob("runs/*/journal.jsonl")
        return sum(journal.read_bytes().count(b"\n") for journal in journals)


def _wait_for(program: Program, condition: Callable[[], bool]) -> None:
    """Wait until a condition is true, or the program has ended."""
    harness.wait_for(lambda: program.process.poll() is not None or condition(), "instant to kill")


def _spin(seconds: float) -> None:
    """Wait for a time that is too short for a sleep."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def _rows(folder: Path, table: str) -> int:
    """Count the rows of a table in the store; 0 if there is no store yet."""
    try:
        store = sqlite3.connect(f"file:{folder / 'mlflow.db'}?mode=ro", uri=True)
    except sqlite3.Error:
        return 0
    with closing(store):
        try:
            return int(store.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        except sqlite3.Error:
            return 0


def _assert_resumed_to_the_same_bits(schedule: str, base: Path, *, kills: int) -> None:
    """Do a sweep over all optimizers with and without kills, and compare its runs."""
    choices = (f"optimizer={','.join(OPTIMIZERS)}", f"schedule={schedule}")
    command = ("-m", *choices, *SCHEDULES[schedule], *COMMON, NOT_TRACKED)
    harness.run(base / "undisturbed", *command)
    disturbed = Disturbed(base / "disturbed", command, [None] * kills)
    assert disturbed.kills == kills
    expected, found = harness.jobs(base / "undisturbed"), harness.jobs(disturbed.folder)
    assert list(expected) == list(found) == OPTIMIZERS
    resumes = []
    for name in OPTIMIZERS:
        assert harness.results(expected[name]) == harness.results(found[name]), name
        epochs = [event["epoch"] for event in harness.events(found[name], "epoch")]
        assert epochs == [1, 2, 3, 4, 5]
        assert len(harness.events(found[name], "start")) == 1
        assert harness.events(expected[name], "resume") == []
        resumes += harness.events(found[name], "resume")
    assert resumes
    assert {event["remark"] for event in resumes} == {""}
    rates = [harness.histories(folder)["learning_rate"] for folder in expected.values()]
    changing = [len({rate for _, rate in history}) > 1 for history in rates]
    assert any(changing) == (schedule not in ("constant", "stop_on_plateau"))


def test_every_optimizer_resumes_to_the_same_bits(tmp_path: Path) -> None:
    _assert_resumed_to_the_same_bits("halve_on_plateau", tmp_path, kills=2)


@pytest.mark.stress
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_optimizer_with_every_schedule_resumes_to_the_same_bits(
    tmp_path: Path, schedule: str
) -> None:
    _assert_resumed_to_the_same_bits(schedule, tmp_path, kills=4)


def _after_some_events(_: Path) -> None:
    """Kill the run after a few events: the process that writes to MLflow has hardly started."""


def _while_metrics_are_written(folder: Path) -> Callable[[], bool]:
    return lambda: _rows(folder, "metrics") > 0


def _while_the_model_is_written(folder: Path) -> Callable[[], bool]:
    return lambda: _rows(folder, "logged_models") > 0


@STRESS
@pytest.mark.parametrize(
    "instants",
    [
        pytest.param([_after_some_events], id="a kill"),
        pytest.param(
            [_after_some_events, _while_metrics_are_written, _while_the_model_is_written],
            id="three kills",
        ),
    ],
)
def test_a_killed_and_resumed_run_is_one_complete_run_in_mlflow(
    tmp_path: Path, instants: Sequence[Callable[[Path], Callable[[], bool] | None]]
) -> None:
    folder = tmp_path / "disturbed"
    disturbed = Disturbed(folder, TRACKED, [instant(folder) for instant in instants])
    harness.run(tmp_path / "undisturbed", *TRACKED, NOT_TRACKED)
    assert disturbed.kills == len(instants)
    assert harness.events(folder, "resume")
    expected = harness.results(tmp_path / "undisturbed")
    assert harness.results(folder) == expected

    (run,) = harness.tracked(harness.uri(folder))
    assert (run.status, run.tags["status"]) == ("FINISHED", "finished")
    assert [step for step, _ in run.metrics["train/cost"]] == list(range(1, 61))
    assert run.metrics == harness.histories(folder)
    for name in run.metrics.keys() - {*CLOCK}:
        assert [(step, value.hex()) for step, value in run.metrics[name]] == expected[name]
    assert len(run.models) == 1
    assert {"learning_curves.svg", "confusion_matrix.svg"} <= run.artifacts.keys()
