"""Exact resume: however often and wherever a run is killed, the same bits come of it."""

import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
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
"""With the options that make a schedule change the rate within a few epochs."""
COMMON = ("epochs=5", "l2=0.5", "dataset.train_size=300", "dataset.validation_size=500")
KILLS = dict(zip(SCHEDULES, (3, 3, 3, 2, 2), strict=True))
TRACKED = ("loss=ce", "optimizer=adam", "epochs=60", "batch_size=3", *COMMON[1:])


class Disturbed:
    """A command that is started again and again, and killed with all its processes each time at
    a random instant, until it is let finish.

    The instant is a few milliseconds after the next thing in ``ripe``: after a few more events are
    recorded, or a condition is met.
    """

    def __init__(
        self, folder: Path, arguments: Sequence[str], ripe: Sequence[Callable[[], bool] | None]
    ) -> None:
        self.folder = folder
        self.kills = 0
        rng = random.Random(str(arguments))
        for condition in ripe:
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


def _wait_for(program: Program, ripe: Callable[[], bool]) -> None:
    """Wait until ``ripe`` is true, or for the end."""
    harness.wait_for(lambda: program.process.poll() is not None or ripe(), "instant to kill it")


def _spin(seconds: float) -> None:
    """Let a time pass that is shorter than what a sleep can be trusted with."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def _rows(folder: Path, table: str) -> int:
    """Count the rows of a table in the store, none if there is no store yet."""
    try:
        store = sqlite3.connect(f"file:{folder / 'mlflow.db'}?mode=ro", uri=True)
    except sqlite3.Error:
        return 0
    with closing(store):
        try:
            return int(store.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
        except sqlite3.Error:
            return 0


def _sweep(schedule: str) -> tuple[str, ...]:
    choices = (f"optimizer={','.join(OPTIMIZERS)}", f"schedule={schedule}")
    return ("-m", *choices, *SCHEDULES[schedule], *COMMON, NOT_TRACKED)


class Weather:
    """Every optimizer with every schedule, and one tracked run: calm, and disturbed by kills.

    Two of the programs at a time.
    """

    def __init__(self, base: Path, pool: ThreadPoolExecutor) -> None:
        self.base = base
        tracked = base / "tracked"
        at_work = (
            None,  # the writer has hardly begun then
            lambda: _rows(tracked, "metrics") > 0,
            lambda: _rows(tracked, "logged_models") > 0,
        )
        self.tracked = pool.submit(Disturbed, tracked, TRACKED, at_work)
        self.calm: dict[str, Future[str]] = {}
        self.disturbed: dict[str, Future[Disturbed]] = {}
        for schedule in SCHEDULES:
            command = _sweep(schedule)
            self.calm[schedule] = pool.submit(harness.run, self.folder("calm", schedule), *command)
            self.disturbed[schedule] = pool.submit(
                *(Disturbed, self.folder("disturbed", schedule), command),
                [None] * KILLS[schedule],
            )
        self.untracked = pool.submit(harness.run, base / "untracked", *TRACKED, NOT_TRACKED)

    def folder(self, weather: str, schedule: str) -> Path:
        """Return the outputs folder of a sweep."""
        return self.base / weather / schedule

    def runs(self, schedule: str) -> tuple[dict[str, Path], dict[str, Path]]:
        """Return the folders of a sweep's runs by optimizer: calm and disturbed."""
        self.calm[schedule].result()
        self.disturbed[schedule].result()
        calm, disturbed = (
            harness.jobs(self.folder(each, schedule)) for each in ("calm", "disturbed")
        )
        return calm, disturbed


@pytest.fixture(scope="module")
def weather(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weather]:
    with ThreadPoolExecutor(2) as pool:
        yield Weather(tmp_path_factory.mktemp("weather"), pool)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_killed_at_random_every_run_of_a_sweep_comes_to_the_same_bits(
    weather: Weather, schedule: str
) -> None:
    calm, disturbed = weather.runs(schedule)
    assert list(calm) == list(disturbed) == OPTIMIZERS
    for name in OPTIMIZERS:
        assert harness.results(calm[name]) == harness.results(disturbed[name]), name
        epochs = [event["epoch"] for event in harness.events(disturbed[name], "epoch")]
        assert epochs == [1, 2, 3, 4, 5]
        assert len(harness.events(disturbed[name], "start")) == 1
        assert harness.events(calm[name], "resume") == []
    rates = [harness.histories(folder)["learning_rate"] for folder in calm.values()]
    changing = [len({rate for _, rate in history}) > 1 for history in rates]
    assert any(changing) == (schedule != "constant")


def test_the_kills_were_many_and_checkpoints_were_gone_on_from(weather: Weather) -> None:
    assert sum(each.result().kills for each in weather.disturbed.values()) >= 12
    resumes = [
        event
        for schedule in SCHEDULES
        for folder in weather.runs(schedule)[1].values()
        for event in harness.events(folder, "resume")
    ]
    assert len(resumes) >= 10
    assert sum(event["epoch"] > 0 for event in resumes) >= 5
    assert {event["remark"] for event in resumes} == {""}


def test_a_tracked_run_killed_at_random_is_one_run_in_mlflow_without_gap_or_repetition(
    weather: Weather,
) -> None:
    disturbed = weather.tracked.result()
    weather.untracked.result()
    assert disturbed.kills == 3
    assert harness.events(disturbed.folder, "resume")
    calm = harness.results(weather.base / "untracked")
    assert harness.results(disturbed.folder) == calm

    (run,) = harness.tracked(harness.uri(disturbed.folder))
    assert (run.status, run.tags["outcome"]) == ("FINISHED", "finished")
    assert [step for step, _ in run.metrics["train/cost"]] == list(range(1, 61))
    assert run.metrics == harness.histories(disturbed.folder)
    for name in run.metrics.keys() - {*CLOCK}:
        assert [(step, value.hex()) for step, value in run.metrics[name]] == calm[name]
    assert len(run.models) == 1
    assert {"learning_curves.png", "confusion_matrix.png"} <= run.artifacts.keys()


CRASHES = """
import dataclasses, os, runpy, signal, sys
from pathlib import Path

program, outputs, *arguments = sys.argv[1:]
run_py = runpy.run_path(program)

from hydra import compose, initialize_config_dir
from omegaconf import open_dict
from experiments.configuration.config import CONF, register
from experiments.running.job import Job

register()
with initialize_config_dir(str(CONF), version_base="1.3"):
    config = compose("config", arguments, return_hydra_config=True)
run_py["HydraConfig"].instance().set_config(config)
hydra = config.hydra
with open_dict(config):
    del config["hydra"]
job = Job.of(config, hydra)


def kill_at(fatal):
    calls = 0

    def counted(function):
        def call(*arguments, **options):
            nonlocal calls
            calls += 1
            if calls == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **options)
        return call

    for name in ("fsync", "replace", "rename", "unlink"):
        setattr(os, name, counted(getattr(os, name)))


def killed(folder, fatal):
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL), code
        return code != 0
    try:
        kill_at(fatal)
        run_py["train"](dataclasses.replace(job, outputs=folder))
        sys.stdout.flush()
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


fatal = 1
while killed(folder := Path(outputs, f"once-{fatal}"), fatal):
    assert not killed(folder, None)
    fatal += 1
for fatal in range(14, 19):
    lives = (killed(Path(outputs, f"always-{fatal}"), fatal) for life in range(30))
    assert not all(lives)
"""
"""Does a run over and over, each time in a new process that kills itself before the n-th of its
calls that change the disk for good, n = 1, 2, ... until there are no more, and each time lets it go
on. Then some in which every process kills itself at its n-th, enough to come from one checkpoint to
the next.
"""


EVERY = (1, 2)  # epochs from checkpoint to checkpoint


@pytest.fixture(scope="module")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each of `EVERY`, with outputs folders of runs killed at different points."""
    base = tmp_path_factory.mktemp("crashes")
    with ExitStack() as stack:
        programs = []
        for every in EVERY:
            options = ("epochs=3", "optimizer=adam", f"checkpoint_every={every}", *COMMON[1:])
            arguments = (PROJECT / "run.py", base / str(every), *options, NOT_TRACKED)
            command = [sys.executable, "-c", CRASHES, *arguments]
            programs.append(stack.enter_context(Program(command, base / f"{every}.log")))
        for program in programs:
            assert program.wait() == 0, program.output
    return base


@pytest.mark.parametrize("every", EVERY)
def test_killed_between_any_two_changes_of_the_disk_a_run_comes_to_the_same_bits(
    crashes: Path, every: int
) -> None:
    folders = (crashes / str(every)).glob("once-*")
    once = sorted(folders, key=lambda path: int(path.name.split("-")[1]))
    undisturbed = once.pop()  # it had no more calls to be killed at
    assert harness.events(undisturbed, "resume") == []
    expected = harness.results(undisturbed)
    assert {"0000.npy", "0001.npy", "0002.npy"} <= expected.keys()
    begun = set()
    for folder in once:
        assert harness.results(folder) == expected, folder.name
        assert [event["epoch"] for event in harness.events(folder, "epoch")] == [1, 2, 3]
        begun.update(event["epoch"] for event in harness.events(folder, "resume"))
        files = sorted(path.name for path in harness.run_folder(folder).iterdir())
        assert files == ["journal.jsonl", "network.npz", "weights"]
    assert begun == {0, *range(every, 4, every)}


@pytest.mark.parametrize("every", EVERY)
def test_killed_again_and_again_a_run_comes_to_the_same_bits(crashes: Path, every: int) -> None:
    base = crashes / str(every)
    expected = harness.results(base / "once-1")
    lives = []
    for folder in base.glob("always-*"):
        assert harness.results(folder) == expected, folder.name
        assert [event["epoch"] for event in harness.events(folder, "epoch")] == [1, 2, 3]
        lives.append(1 + len(harness.events(folder, "resume")))
    assert len(lives) == 5
    assert sum(lives) >= 8
