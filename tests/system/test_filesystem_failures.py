"""Where a run lives fails it: disks that fill up, folders that cannot be written or go, clocks."""

import os
import resource
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import harness
import pytest
from harness import NOT_TRACKED, Program

BRIEF = ("dataset.train_size=300", "dataset.validation_size=1000")
RUN = ("epochs=120", "optimizer=adam", "record_weights=[0]", *BRIEF)
"""Its checkpoints are four times as large as its network: parameters, those chosen, two moments."""
PART_OF_A_LINE = 100
"""Bytes into which the next line of a journal does not fit."""
NETWORK_ONLY = 250_000
"""Bytes that hold the journal and the network of `RUN`, but not a checkpoint."""
HALF_A_STORE = 80_000
"""Bytes that hold the beginning of an SQLite store."""


class Room(Protocol):
    """A folder whose room comes to an end when the test says so."""

    folder: Path
    full: str

    def fill(self, pid: int, spare: int) -> None:
        """Leave about that many bytes to a process."""

    def empty(self) -> None:
        """Make room again."""


class Disk:
    """A small file system of its own, which a large file fills."""

    full = "No space left on device"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self, pid: int, spare: int) -> None:
        with stopped(pid):
            state = os.statvfs(self.folder)
            self._filler.write_bytes(bytes(state.f_bavail * state.f_frsize - spare))

    def empty(self) -> None:
        self._filler.unlink()


class Limit:
    """The largest size of a file that a process may write, where no file system can be mounted."""

    full = "File too large"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, pid: int, spare: int) -> None:
        with stopped(pid):
            journals = self.folder.glob("runs/*/journal.jsonl")
            size = max((path.stat().st_size for path in journals), default=0)
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + spare, hard))

    def empty(self) -> None:
        """Do nothing: the limit ended with the process."""


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Let a process do nothing meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    state = Path(f"/proc/{pid}/stat")
    harness.wait_for(lambda: state.read_text().rpartition(")")[2].split()[0] == "T", "stop")
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture(params=["disk", "limit"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    folder = tmp_path / "room"
    if request.param == "limit":
        yield Limit(folder)
        return
    with harness.mounted(folder, "-t", "tmpfs", "-o", "size=4m", "tmpfs"):
        yield Disk(folder)


def errors(output: str) -> list[str]:
    """Return the lines of errors in an output, which has no traceback."""
    assert "Traceback" not in output
    return [line for line in output.splitlines() if line.startswith("error: ")]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What comes of `RUN`."""
    folder = tmp_path_factory.mktemp("undisturbed") / "outputs"
    harness.run(folder, *RUN, NOT_TRACKED)
    return harness.results(folder)


def test_a_full_disk_stops_a_run_in_one_line_and_takes_nothing(
    room: Room, undisturbed: Mapping[str, Any]
) -> None:
    with harness.start(room.folder, *RUN, NOT_TRACKED) as program:
        harness.wait_for_epoch(room.folder)
        room.fill(program.process.pid, spare=PART_OF_A_LINE)
        assert program.wait() == 1
        output = program.output
    journal = harness.run_folder(room.folder) / "journal.jsonl"
    left = journal.read_bytes()
    epochs = len(harness.events(room.folder, "epoch"))
    (line,) = errors(output)
    assert room.full in line
    assert str(journal) in line
    assert "what was recorded before is safe" in line
    assert f"after epoch {epochs}" in line
    assert left.endswith(b"\n")
    assert epochs == sum("  ETA " in shown for shown in output.splitlines()) < 120

    room.empty()
    harness.run(room.folder, *RUN, NOT_TRACKED)
    assert journal.read_bytes().startswith(left)
    assert harness.results(room.folder) == undisturbed


def test_a_full_disk_stops_every_run_of_a_sweep_until_there_is_room(tmp_path: Path) -> None:
    arguments = ("-m", "seed=1,2", *RUN, NOT_TRACKED, "hydra.launcher.processes=2")
    room = Limit(tmp_path / "sweep")
    with harness.start(room.folder, *arguments) as program:
        runs = harness.wait_for_jobs(room.folder)
        harness.wait_for_epoch(*runs.values())
        for pid in program.processes().keys() - {program.process.pid}:
            room.fill(pid, spare=0)
        assert program.wait() == 1
        (line,) = errors(program.output)
        shown = program.output.splitlines()
    assert "the same command goes on" in line
    for name in runs:
        assert name in line
        (ended,) = (each for each in shown if each.startswith(f"{name}  interrupted: "))
        assert room.full in ended
        assert str(runs[name]) in ended

    harness.run(room.folder, *arguments)
    for folder in runs.values():
        assert [event["epoch"] for event in harness.events(folder, "epoch")] == [*range(1, 121)]
        assert harness.events(folder)[-1]["status"] == "finished"


def test_a_run_goes_on_without_checkpoints_and_says_so_once(
    room: Room, undisturbed: Mapping[str, Any]
) -> None:
    with harness.start(room.folder, *RUN, NOT_TRACKED) as program:
        harness.wait_for_epoch(room.folder)
        room.fill(program.process.pid, spare=NETWORK_ONLY)
        assert program.wait() == 0, program.output
        output = program.output
    said = [line for line in output.splitlines() if "no checkpoint could be written" in line]
    assert len(said) == len(harness.events(room.folder, "note")) == 1
    assert room.full in said[0]
    assert str(harness.run_folder(room.folder) / "checkpoint.npz") in said[0]
    assert errors(output) == []
    assert harness.results(room.folder) == undisturbed
    assert list(harness.run_folder(room.folder).glob("*checkpoint*")) == []


def _writer(program: Program) -> int | None:
    """Return the id of the process that writes to MLflow."""
    return next(
        (pid for pid, line in program.processes().items() if "experiments.mirror.sync" in line),
        None,
    )


def test_a_full_disk_of_mlflow_takes_nothing_from_the_run(tmp_path: Path) -> None:
    """The writer, in the middle of creating the store, is the only one that finds no room."""
    folder = tmp_path / "outputs"
    with harness.start(folder, "epochs=3", *BRIEF) as program:
        pid = harness.wait_for(lambda: _writer(program), "writer")
        Limit(folder).fill(pid, spare=HALF_A_STORE)
        assert program.wait() == 0
        output = program.output
    assert errors(output) == []
    assert output.count("The runs go on; nothing is lost.") == 1
    assert "MLflow did not get everything: " in output

    with Program(harness.advice(output, "sync"), tmp_path / "sync.log") as program:
        assert program.wait() == 0, program.output
    (run,) = harness.tracked(harness.uri(folder))
    assert (run.status, len(run.models)) == ("FINISHED", 1)
    assert run.metrics == harness.histories(folder)


@pytest.mark.parametrize(
    ("sweep", "below"), [((), ""), (("-m", "seed=1,2"), "new")], ids=["run", "sweep"]
)
def test_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, sweep: tuple[str, ...], below: str
) -> None:
    folder = tmp_path / "outputs"
    folder.mkdir()
    arguments = [*sweep, "epochs=1", *BRIEF, f"outputs={folder / below}"]
    command = [sys.executable, harness.PROJECT / "run.py", *arguments]
    with harness.read_only(folder), Program(command, tmp_path / "log") as program:
        assert program.wait() == 1
        (line,) = program.output.splitlines()
    assert line.startswith("error: ")
    assert "Read-only file system" in line or "Permission denied" in line
    assert str(folder / below) in line


ODD = "naïve folder η #1 100% a&b;c"
PREDICT = """
import logging, sys, warnings
warnings.simplefilter("ignore")
import mlflow, numpy as np
logging.getLogger("mlflow").setLevel(logging.ERROR)
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model(f"models:/{sys.argv[2]}")
print(model.predict(np.zeros((1, 784), "float32")).shape)
"""


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    folder = tmp_path / ODD
    address = harness.uri(folder)
    arguments = ("-m", "seed=0,1", "epochs=2", *BRIEF, f"outputs='{folder}'")
    with Program([sys.executable, harness.PROJECT / "run.py", *arguments], tmp_path / "log") as run:
        assert run.wait() == 0, run.output
    assert harness.advice(run.output, "ui")[2:] == ["--uri", address]
    runs = {each.params.get("seed", "all"): each for each in harness.tracked(address)}
    assert set(runs) == {"0", "1", "all"}
    for name in ("0", "1"):
        assert runs[name].metrics == harness.histories(Path(runs[name].tags["folder"]))
        files = {path.name: path.is_file() for path in runs[name].artifacts.values()}
        assert files.pop("weights") is False
        assert files
        assert all(files.values())
        kept = sorted(path.name for path in runs[name].artifacts["weights"].iterdir())
        assert kept == ["0000.npy", "0001.npy", "0002.npy"]
    (model,) = runs["1"].models
    commands: dict[str, list[str | Path]] = {
        "2 finished": [harness.EXPERIMENTS, "status", "--outputs", folder],
        "up to date": [harness.EXPERIMENTS, "sync", "--outputs", folder],
        "(1, 10)": [sys.executable, "-c", PREDICT, address, model],
    }
    with ExitStack() as stack:
        programs = {
            words: stack.enter_context(Program(command, tmp_path / f"{words}.log"))
            for words, command in commands.items()
        }
        for words, program in programs.items():
            assert program.wait() == 0, program.output
            assert words in program.output
    assert {run.id for run in harness.tracked(address)} == {run.id for run in runs.values()}


SET_BACK = """
import runpy, sys, time
clock, calls, sys.argv = time.time, [], sys.argv[1:]
def set_back():
    calls.append(None)
    return clock() - 3600 * (len(calls) > {steps})
time.time = set_back
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a program whose clock is set back by an hour when it has been looked at that often."""


def _assert_in_order(run: Path) -> None:
    times = [event["time"] for event in harness.events(run)]
    assert times == sorted(times)
    elapsed = [event["elapsed"] for event in harness.events(run) if "elapsed" in event]
    assert elapsed == sorted(elapsed)
    assert 0 < elapsed[0] <= elapsed[-1] < harness.PATIENCE


@pytest.mark.parametrize("sweep", [(), ("-m", "seed=1,2")], ids=["run", "sweep"])
def test_a_clock_that_is_set_back_disturbs_nothing(tmp_path: Path, sweep: tuple[str, ...]) -> None:
    options = ("-c", SET_BACK.format(steps=4))
    folder = tmp_path / "outputs"
    arguments = (*sweep, "epochs=20", *BRIEF)
    output = harness.run(folder, *arguments, options=options)
    assert "ETA 0:00" in output
    assert "ETA -" not in output
    runs = harness.by_name(harness.uri(folder))
    for journal in folder.glob("runs/*/journal.jsonl"):
        _assert_in_order(journal.parent)
        times = {event["time"] for event in harness.events(journal.parent)}
        assert len(times) < 10  # it was set back, and what came then has the last time before
        run = harness.recorded_in(journal.parent, list(runs.values()))
        assert run.metrics == harness.histories(journal.parent)
    assert len(runs) == (3 if sweep else 1)
    for run in runs.values():
        assert run.status == "FINISHED"
        assert run.end is not None
        assert run.start <= run.end


def test_a_run_can_go_on_when_the_clock_was_set_back_meanwhile(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    arguments = ("epochs=300", *BRIEF, NOT_TRACKED)
    with harness.start(folder, *arguments) as program:
        harness.wait_for_epoch(folder)
        program.send(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM, program.output
    stopped_at = harness.events(folder)[-1]["time"]
    harness.run(folder, *arguments, options=("-c", SET_BACK.format(steps=0)))
    _assert_in_order(harness.run_folder(folder))
    assert harness.events(folder)[-1]["time"] == stopped_at


def _delete(folder: Path) -> None:
    """Delete a folder in which others write, so that none of it is there at any time."""
    aside = folder.with_name("deleted")
    folder.rename(aside)
    with suppress(FileNotFoundError):
        shutil.rmtree(aside)


@pytest.mark.parametrize("tracking", [(NOT_TRACKED,), ()], ids=["alone", "tracked"])
def test_a_run_whose_folder_is_deleted_ends_with_a_line(
    tmp_path: Path, tracking: tuple[str, ...]
) -> None:
    folder = tmp_path / "outputs"
    with harness.start(folder, *harness.ENDLESS, *tracking) as program:
        harness.wait_for_epoch(folder)
        journal = harness.run_folder(folder) / "journal.jsonl"
        _delete(folder)
        assert program.wait() == 1
        assert errors(program.output) == [f"error: {journal}: was deleted while the run went on"]
        program.wait_until_gone()


def test_the_other_runs_of_a_sweep_finish_when_one_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    arguments = ("-m", "seed=1,2", "epochs=300", *BRIEF, NOT_TRACKED)
    with harness.start(folder, *arguments, "hydra.launcher.processes=2") as program:
        first, second = harness.wait_for_jobs(folder).values()
        harness.wait_for_epoch(first, second)
        _delete(first)
        assert program.wait() == 1
        output = program.output
    assert [row[:3] for row in harness.table(output)] == [
        ["seed=1", "interrupted", "0"],
        ["seed=2", "finished", "300"],
    ]
    (line,) = (each for each in output.splitlines() if each.startswith("seed=1  interrupted: "))
    assert f"{first / 'journal.jsonl'}: was deleted while the run went on" in line
    assert not first.exists()
    assert len(errors(output)) == 1
    assert len(harness.events(second, "epoch")) == 300
