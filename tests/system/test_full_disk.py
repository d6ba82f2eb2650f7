"""A disk that is full: the run stops with one line, loses nothing, and can be resumed."""

import os
import resource
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import harness
import pytest
from harness import NOT_TRACKED, Program

BRIEF = ("dataset.train_size=300", "dataset.validation_size=1000")
EPOCHS = 200
RUN = (f"epochs={EPOCHS}", "optimizer=adam", "record_weights=[0]", *BRIEF)
"""A checkpoint is four times as large as the network: parameters, best parameters, two moments."""
PART_OF_A_LINE = 100
"""Bytes. The next line of a journal is longer."""
NETWORK_ONLY = 280_000
"""Bytes. They are enough for the journal and the network of `RUN`, but not for a checkpoint."""
HALF_A_STORE = 80_000
"""Bytes. They are enough for the first part of an SQLite store only."""


class Room(Protocol):
    """A folder that the test can fill, so that writing to it fails with the error ``full``."""

    folder: Path
    full: str

    def fill(self, pid: int, spare: int) -> None:
        """Leave a process about ``spare`` bytes to write."""

    def empty(self) -> None:
        """Make space again."""


class Disk:
    """A small file system, which is filled by a large file."""

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
    """A limit of the size of files that a process writes. It needs no right to mount."""

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
        """Do nothing, because the limit ended with the process."""


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Stop a process inside of the context."""
    os.kill(pid, signal.SIGSTOP)
    state = Path(f"/proc/{pid}/stat")
    harness.wait_for(lambda: state.read_text().rpartition(")")[2].split()[0] == "T", "stop")
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture(params=["disk", pytest.param("limit", marks=pytest.mark.stress)])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    folder = tmp_path / "room"
    if request.param == "limit":
        yield Limit(folder)
        return
    with harness.mounted(folder, "-t", "tmpfs", "-o", "size=4m", "tmpfs"):
        yield Disk(folder)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The results of `RUN`."""
    folder = tmp_path_factory.mktemp("undisturbed") / "outputs"
    harness.run(folder, *RUN, NOT_TRACKED)
    return harness.results(folder)


def test_a_full_disk_stops_a_run_with_one_line_and_nothing_is_lost(
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
    (line,) = harness.errors(output)
    assert room.full in line
    assert str(journal) in line
    assert "everything recorded before is safe" in line
    assert f"after epoch {epochs}" in line
    assert left.endswith(b"\n")
    assert epochs == sum("  ETA " in shown for shown in output.splitlines()) < EPOCHS

    room.empty()
    harness.run(room.folder, *RUN, NOT_TRACKED)
    assert journal.read_bytes().startswith(left)
    assert harness.results(room.folder) == undisturbed


@pytest.mark.stress
def test_a_full_disk_stops_every_run_of_a_sweep_until_there_is_space(tmp_path: Path) -> None:
    arguments = ("-m", "seed=1,2", *RUN, NOT_TRACKED, "hydra.launcher.processes=2")
    room = Limit(tmp_path / "sweep")
    with harness.start(room.folder, *arguments) as program:
        runs = harness.wait_for_jobs(room.folder)
        harness.wait_for_epoch(*runs.values())
        for pid in program.processes().keys() - {program.process.pid}:
            room.fill(pid, spare=0)
        assert program.wait() == 1
        (line,) = harness.errors(program.output)
        shown = program.output.splitlines()
    assert "(the same command resumes them)" in line
    for name in runs:
        assert name in line
        (ended,) = (each for each in shown if each.startswith(f"{name}  interrupted: "))
        assert room.full in ended
        assert str(runs[name]) in ended

    harness.run(room.folder, *arguments)
    for folder in runs.values():
        assert [event["epoch"] for event in harness.events(folder, "epoch")] == [
            *range(1, EPOCHS + 1)
        ]
        assert harness.events(folder)[-1]["status"] == "finished"


def test_a_run_continues_without_checkpoints_and_says_so_once(
    room: Room, undisturbed: Mapping[str, Any]
) -> None:
    with harness.start(room.folder, *RUN, NOT_TRACKED) as program:
        harness.wait_for_epoch(room.folder)
        room.fill(program.process.pid, spare=NETWORK_ONLY)
        assert program.wait() == 0, program.output
        output = program.output
    (line,) = (each for each in output.splitlines() if "no checkpoint could be written" in each)
    assert len(harness.events(room.folder, "note")) == 1
    assert room.full in line
    assert str(harness.run_folder(room.folder) / "checkpoint.npz") in line
    assert harness.errors(output) == []
    assert harness.results(room.folder) == undisturbed
    assert list(harness.run_folder(room.folder).glob("*checkpoint*")) == []


def _mirror(program: Program) -> int | None:
    """Return the id of the process that writes to MLflow."""
    processes = program.processes().items()
    return next((pid for pid, line in processes if "experiments.mirror.follow" in line), None)


@pytest.mark.stress
def test_a_full_disk_of_mlflow_does_not_disturb_the_run(tmp_path: Path) -> None:
    """Only the process that writes to MLflow finds the disk full, while it creates the store."""
    folder = tmp_path / "outputs"
    with harness.start(folder, "epochs=3", *BRIEF) as program:
        pid = harness.wait_for(lambda: _mirror(program), "process that writes to MLflow")
        Limit(folder).fill(pid, spare=HALF_A_STORE)
        assert program.wait() == 0
        output = program.output
    assert harness.errors(output) == []
    assert output.count("The runs continue; nothing is lost.") == 1
    assert "MLflow is not up to date: " in output

    with Program(harness.advice(output, "sync"), tmp_path / "sync.log") as program:
        assert program.wait() == 0, program.output
    (run,) = harness.tracked(harness.uri(folder))
    assert (run.status, len(run.models)) == ("FINISHED", 1)
    assert run.metrics == harness.histories(folder)
