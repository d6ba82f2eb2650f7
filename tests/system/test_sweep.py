"""Sweeps: every run has a process of its own, and a failing run does not disturb the others."""

import gzip
import itertools
import os
import re
import signal
from dataclasses import dataclass
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED, SMALL, Program, Sweep, Tracked

from experiments.data import FILES


def test_a_sweep_ends_with_a_table_of_its_runs(four: Sweep) -> None:
    rows = harness.table(four.output)
    assert [row[0] for row in rows] == four.names
    for name, row in zip(four.names, rows, strict=True):
        folder = harness.jobs(four.folder)[name]
        last, end = harness.events(folder, "epoch")[-1], harness.events(folder, "end")[0]
        validation, test = last["metrics"]["validation/accuracy"], end["metrics"]["test/accuracy"]
        assert row[1:5] == ["finished", "2", f"{validation:.2%}", f"{test:.2%}"]


def test_a_sweep_shows_every_epoch_and_where_to_look_next(four: Sweep) -> None:
    lines = four.output.splitlines()
    for name in four.names:
        first, second, end, _ = (line for line in lines if line.startswith(f"{name}  "))
        assert "1/2" in first
        assert "2/2" in second
        assert "finished" in end
    assert harness.advice(four.output, "ui")[2:] == ["--uri", four.uri]


def test_a_sweep_says_which_options_its_choices_bring(four: Sweep) -> None:
    words = "mse has output=sigmoid, ce has output=softmax"
    assert f"{words}." in four.output.splitlines()
    (parent,) = (run for run in harness.tracked(four.uri) if run.tags.get("sweep"))
    assert f": {words}\n" in parent.tags["mlflow.note.content"]


def test_a_run_is_named_by_what_differs(four: Sweep) -> None:
    folders = harness.jobs(four.folder)
    assert list(folders) == four.names
    for name, folder in folders.items():
        start = harness.events(folder, "start")[0]
        assert start["name"] == name
        assert f"{start['choices']['loss']} {start['choices']['optimizer']}" == name


ARCHITECTURES = ("784-30-10", "784-20-10-10", "784-128-64-10", "784-32-32-10")


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of the runs of a sweep over architectures, both costs and two optimizers."""
    folder = tmp_path_factory.mktemp("grid") / "sweep"
    choices = (f"architecture={','.join(ARCHITECTURES)}", "loss=mse,ce", "optimizer=sgd,adam")
    harness.run(folder, "-m", *choices, "epochs=2", "dataset.train_size=12000", NOT_TRACKED)
    return harness.jobs(folder)


@pytest.mark.stress
def test_every_combination_of_choices_is_a_run(grid: dict[str, Path]) -> None:
    combinations = itertools.product(ARCHITECTURES, ("mse", "ce"), ("sgd", "adam"))
    assert list(grid) == [" ".join(each) for each in combinations]


@pytest.mark.stress
def test_every_combination_of_choices_learns(grid: dict[str, Path]) -> None:
    for name, folder in grid.items():
        metrics = harness.histories(folder)
        (_, first), (_, last) = metrics["train/cost"]
        assert last < first, name
        # chance: 0.1; the slowest reaches 0.57
        assert metrics["validation/accuracy"][-1][1] > 0.3, name
        assert metrics["test/accuracy"][0][1] > 0.3, name


BRIEF = ("dataset.train_size=300", "dataset.validation_size=1000")


@dataclass(frozen=True)
class Ended:
    """A sweep that has ended, and what it left."""

    exit_code: int
    output: str
    processes: dict[int, str]  # still running
    folders: dict[str, Path]

    @property
    def table(self) -> list[list[str]]:
        """Name, status and number of epochs of each run."""
        return [row[:3] for row in harness.table(self.output)]


def _ended(program: Program, sweep: Path) -> Ended:
    """Wait for the end of a sweep."""
    code = program.wait()
    return Ended(code, program.output, program.processes(), harness.jobs(sweep))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the outputs and the MLflow store of tracked sweeps."""
    return tmp_path_factory.mktemp("base")


# A run fails, and the process of another is killed

LARGE = "sizes=[784,100000000000,10]"
"""A network that fits into no machine's memory."""
SURVIVOR, VICTIM = "sizes=[784,20,10]", "sizes=[784,30,10]"
SIZES = ",".join(name.removeprefix("sizes=") for name in (SURVIVOR, LARGE, VICTIM))


@pytest.fixture(scope="module")
def failing(base: Path) -> Ended:
    sweep = base / "failing"
    command = (
        *("-m", f"architecture.sizes={SIZES}", "hydra.launcher.processes=2", "epochs=100"),
        *BRIEF,
        *harness.store(base),
    )
    with harness.start(sweep, *command) as program:
        _kill_one(program, sweep)
        return _ended(program, sweep)


@pytest.fixture(scope="module")
def runs_of_failing(failing: Ended, base: Path) -> dict[str, Tracked]:
    return harness.by_name(harness.uri(base))


def _kill_one(program: Program, sweep: Path) -> None:
    """Kill the third job, while the first is stopped until the ends of the others are shown."""
    first, _, third = harness.wait_for_jobs(sweep).values()
    survivor = harness.wait_for(lambda: _process_of(program, first), "process of the first job")
    os.kill(survivor, signal.SIGSTOP)
    harness.wait_for_epoch(third)
    os.kill(harness.wait_for(lambda: _process_of(program, third), "third job"), signal.SIGKILL)
    for name, status in ((LARGE, "failed"), (VICTIM, "interrupted")):
        shown = f"{name}  {status}: "
        harness.wait_for(lambda shown=shown: shown in program.output, "message of how it ended")
    os.kill(survivor, signal.SIGCONT)


def _process_of(program: Program, job: Path) -> int | None:
    """Return the id of the process that prints into a job's folder."""
    outputs = {pid: Path(f"/proc/{pid}/fd/1").readlink() for pid in program.processes()}
    return next((pid for pid, output in outputs.items() if output.parent == job), None)


def test_the_other_runs_finish_when_runs_fail(failing: Ended) -> None:
    epochs = len(harness.events(failing.folders[VICTIM], "epoch"))
    assert failing.exit_code == 1
    assert failing.table == [
        [SURVIVOR, "finished", "100"],
        [LARGE, "failed", "0"],
        [VICTIM, "interrupted", str(epochs)],
    ]
    assert failing.output.splitlines()[-1] == (
        f"error: 1 of 3 runs failed (retry=true tries again): {LARGE};"
        f" 1 of 3 runs did not finish (the same command resumes them): {VICTIM}"
    )
    assert failing.processes == {}


@pytest.mark.parametrize(
    ("name", "status", "cause"),
    [(LARGE, "failed", "Unable to allocate"), (VICTIM, "interrupted", "SIGKILL")],
    ids=["large", "victim"],
)
def test_a_failure_is_shown_at_once_and_tracked_with_its_cause(
    failing: Ended, runs_of_failing: dict[str, Tracked], name: str, status: str, cause: str
) -> None:
    lines = failing.output.splitlines()
    (shown,) = (i for i, line in enumerate(lines) if line.startswith(f"{name}  {status}: "))
    (survived,) = (i for i, line in enumerate(lines) if line.startswith(f"{SURVIVOR}  finished"))
    assert cause in lines[shown]
    assert shown < survived
    assert "Traceback" not in failing.output

    run = runs_of_failing[name]
    assert run.status == {"failed": "FAILED", "interrupted": "KILLED"}[status]
    assert run.tags["status"] == status
    assert cause in run.tags["message"]
    assert run.metrics == harness.histories(failing.folders[name])


def test_everything_logged_before_a_failure_stays(runs_of_failing: dict[str, Tracked]) -> None:
    runs = runs_of_failing
    assert runs[VICTIM].metrics["train/cost"]
    assert "MemoryError" in runs[LARGE].artifacts["traceback.txt"].read_text(encoding="utf-8")
    assert runs[SURVIVOR].status == "FINISHED"
    assert len(runs[SURVIVOR].metrics["train/cost"]) == 100


# The data of a run vanish before it starts


def _vanishing(base: Path, *tracking: str) -> Ended:
    """Do a sweep over four data folders. The data of one vanish while the first run trains."""
    for number, name in enumerate("abcd"):
        _copy_data(base / name, number)
    sweep = base / "vanishing"
    roots = ("dataset=folder", "dataset.root=a,b,c,d", "hydra.launcher.processes=1", "epochs=30")
    with harness.start(sweep, "-m", *roots, *BRIEF, *tracking, cwd=base) as program:
        harness.wait_for_jobs(sweep)  # the data have been checked
        (base / "b" / f"{FILES['train_images']}.gz").unlink()
        return _ended(program, sweep)


def _copy_data(folder: Path, number: int) -> None:
    """Copy MNIST and change one test label. With equal data, all runs would be the same run."""
    folder.mkdir()
    for path in (harness.PROJECT / "data" / "mnist").glob("*.gz"):
        (folder / path.name).symlink_to(path)
    labels = folder / f"{FILES['test_labels']}.gz"
    contents = gzip.decompress(labels.read_bytes())
    labels.unlink()
    labels.with_suffix("").write_bytes(contents[:-1] + bytes([number]))


def _assert_b_failed(vanishing: Ended) -> None:
    assert vanishing.exit_code == 1
    assert vanishing.table == [
        ["root=a", "finished", "30"],
        ["root=b", "failed", "0"],
        ["root=c", "finished", "30"],
        ["root=d", "finished", "30"],
    ]
    lines = vanishing.output.splitlines()
    (failure,) = (line for line in lines if line.startswith("root=b  failed: "))
    assert "b/train-images-idx3-ubyte.gz: no such file" in failure


@pytest.mark.stress
def test_a_run_that_fails_before_its_first_epoch_says_why(tmp_path: Path) -> None:
    _assert_b_failed(_vanishing(tmp_path, NOT_TRACKED))


@pytest.mark.stress
def test_a_run_that_fails_before_its_first_epoch_is_tracked_like_the_others(tmp_path: Path) -> None:
    vanishing = _vanishing(tmp_path, *harness.store(tmp_path))
    _assert_b_failed(vanishing)
    assert "not up to date" not in vanishing.output
    runs = harness.by_name(harness.uri(tmp_path))
    for name in ("root=a", "root=c", "root=d"):
        assert runs[name].status == "FINISHED"
        assert runs[name].metrics == harness.histories(vanishing.folders[name])
    assert runs["root=b"].status == "FAILED"
    assert runs["root=b"].metrics == {}
    assert "b/train-images" in runs["root=b"].tags["message"]


# A run diverges

GROWING = "l2=300"
"""Each step multiplies the weights by 1 - 3 * 300/300 = -2: the penalty overflows in epoch 3."""


@pytest.fixture(scope="module")
def diverging(base: Path) -> Ended:
    sweep = base / "diverging"
    options = ("l2=0,300", "optimizer.learning_rate=3", "epochs=5", *BRIEF)
    with harness.start(sweep, "-m", *options, *harness.store(base)) as program:
        return _ended(program, sweep)


@pytest.mark.stress
def test_a_divergence_is_a_result_and_the_sweep_succeeds(diverging: Ended) -> None:
    assert diverging.exit_code == 0, diverging.output
    assert diverging.table == [["l2=0", "finished", "5"], [GROWING, "diverged", "2"]]
    assert re.search(
        f"^{GROWING}  diverged: .*NaN or infinite.* epoch 3$", diverging.output, re.MULTILINE
    )


@pytest.mark.stress
def test_a_diverged_run_is_tracked_with_its_last_finite_metrics(
    diverging: Ended, base: Path
) -> None:
    runs = harness.by_name(harness.uri(base))
    diverged = runs[GROWING]
    assert diverged.tags["status"] == "diverged"
    assert "epoch 3" in diverged.tags["message"]
    assert diverged.metrics == harness.histories(diverging.folders[GROWING])
    assert [step for step, _ in diverged.metrics["train/cost"]] == [1, 2]
    assert all(0 < cost < 1e300 for _, cost in diverged.metrics["train/cost"])  # infinity: 1.8e308
    assert "learning_curves.svg" in diverged.artifacts
    assert (runs["l2=0"].status, runs["l2=0"].tags["status"]) == ("FINISHED", "finished")


def test_weights_that_overflow_under_a_bounded_cost_diverge_too(tmp_path: Path) -> None:
    arguments = ("-m", "optimizer.learning_rate=3,1e25", *SMALL, NOT_TRACKED)
    output = harness.run(tmp_path / "sweep", *arguments)
    assert [row[:2] for row in harness.table(output)] == [
        ["learning_rate=3", "finished"],
        ["learning_rate=1e+25", "diverged"],
    ]
