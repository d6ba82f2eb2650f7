"""MLflow's store goes, locks up or is killed: no run waits for it, and in the end it has it all."""

import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED, Program, Tracked

TINY = ("dataset.train_size=100", "dataset.validation_size=100")
SLOW = ("dataset.train_size=3000", "dataset.validation_size=1000")
ENDLESS = ("epochs=100000", *SLOW)
"""Epochs long enough that a store has not thousands of them to catch up with."""
LOCKED = 8
"""Seconds for which a store is locked, more than the five that SQLite waits."""
STALL = 3
"""Seconds between two short epochs that a busy machine may take; waits for a store take longer."""
WARNING = "The runs go on; nothing is lost."


class Server:
    """MLflow's own server on an SQLite store, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = harness.uri(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._program: Program | None = None

    def start(self) -> None:
        """Return when it answers."""
        command = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--no-serve-artifacts"]
        command += ["--backend-store-uri", self.store]
        command += ["--default-artifact-root", str(self.folder / "artifacts")]
        settings = {
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        self._program = Program(command, self.folder / "server.log", **settings)
        harness.wait_for(self._answers, "answer of the server")

    def kill(self) -> None:
        """End it as a crash does."""
        if self._program is not None:
            self._program.__exit__()
            self._program = None

    def tracked(self, outputs: Path) -> list[Tracked]:
        """Return the runs that are recorded in a folder."""
        runs = harness.tracked(self.store)
        return [run for run in runs if run.tags.get("folder", "").startswith(str(outputs))]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=1):
                return True
        except OSError:
            return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that answers, as each test has to leave it."""
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.kill()


def latest_step(store: str) -> int:
    """Return the last epoch that an SQLite store has heard of."""
    path = store.removeprefix("sqlite:///")
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            (step,) = connection.execute("SELECT max(step) FROM metrics").fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError:  # not there yet, or locked
        return 0
    return int(step or 0)


def epochs(folder: Path) -> int:
    return len(harness.events(folder, "epoch"))


def last_time(folder: Path) -> float:
    return float(harness.events(folder)[-1]["time"])


def assert_no_stall(folder: Path) -> None:
    times = [event["time"] for event in harness.events(folder, "epoch")]
    assert max(after - before for before, after in pairwise(times)) < STALL


def assert_complete(runs: list[Tracked], status: str, *folders: Path) -> None:
    """Check that each run is there once, with all of its metrics once, and ended so."""
    assert Counter(run.tags["run"] for run in runs if "run" in run.tags) == Counter(
        harness.events(folder, "start")[0]["id"] for folder in folders
    )
    for folder in folders:
        run = harness.recorded_in(folder, runs)
        assert run.status == status
        assert run.metrics == harness.histories(folder)
        assert len(run.datasets) == 3
        assert len(run.models) == (status == "FINISHED")


def sync(folder: Path, *arguments: str | Path) -> str:
    """Run `experiments sync` to its good end; return its output."""
    command = [harness.EXPERIMENTS, "sync", *arguments]
    with Program(command, folder / "sync.log") as program:
        assert program.wait() == 0, program.output
        return program.output


def test_a_sweep_goes_on_while_the_server_is_dead_and_catches_up(server: Server) -> None:
    folder = server.folder / "sweep"
    arguments = ("-m", "seed=1,2", "hydra.launcher.processes=2", *ENDLESS)
    with harness.start(folder, *arguments, f"tracking.uri={server.address}") as program:
        jobs = harness.wait_for_jobs(folder).values()
        harness.wait_for(lambda: latest_step(server.store), "epoch in the store")
        server.kill()
        harness.wait_for(lambda: WARNING in program.output, "warning")
        dead_at = min(map(epochs, jobs))
        harness.wait_for(lambda: min(map(epochs, jobs)) > dead_at + 10, "more epochs")
        server.start()
        again_at = max(map(epochs, jobs))
        harness.wait_for(lambda: latest_step(server.store) > again_at, "news in the store")
        program.send(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM
        assert program.output.count(WARNING) == 1
        assert "and in MLflow" in program.output
    for job in jobs:
        assert_no_stall(job)
    assert_complete(server.tracked(folder), "KILLED", *jobs)


def test_a_run_ends_well_without_the_server_and_is_synced_later(server: Server) -> None:
    folder = server.folder / "run"
    with harness.start(
        folder,
        *("epochs=50", *SLOW, f"tracking.uri={server.address}"),
    ) as program:
        harness.wait_for_epoch(folder)
        server.kill()
        assert program.wait() == 0
        output = program.output
    assert output.count(WARNING) == 1
    assert "MLflow did not get everything: " in output
    assert epochs(folder) == 50
    assert_no_stall(folder)

    server.start()
    arguments = harness.advice(output, "sync")[2:]
    sync(server.folder, *arguments)
    runs = server.tracked(folder)
    assert_complete(runs, "FINISHED", harness.run_folder(folder))
    sync(server.folder, *arguments)
    assert server.tracked(folder) == runs


LOCK = """
import signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=60)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
signal.pause()
"""


@contextmanager
def locked(store: Path, log: Path) -> Iterator[None]:
    """Let another process have an SQLite store to itself meanwhile."""
    with Program([sys.executable, "-c", LOCK, store], log) as program:
        harness.wait_for(lambda: "locked" in program.output, "lock")
        yield


def test_nothing_waits_for_a_locked_store(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    with harness.start(folder, *ENDLESS) as program:
        harness.wait_for(lambda: latest_step(harness.uri(folder)), "epoch in the store")
        with locked(folder / "mlflow.db", tmp_path / "lock.log"):
            since = time.time()
            harness.wait_for(lambda: last_time(folder) > since + LOCKED, "later epoch")
        free_at = epochs(folder)
        harness.wait_for(lambda: latest_step(harness.uri(folder)) > free_at, "news in the store")
        program.send(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM
        assert program.output.count(WARNING) <= 1
        assert "and in MLflow" in program.output
    assert_no_stall(harness.run_folder(folder))
    runs = harness.tracked(harness.uri(folder))
    assert_complete(runs, "KILLED", harness.run_folder(folder))


def test_the_next_run_brings_what_a_dead_writer_left(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    with harness.start(folder, *ENDLESS) as program:
        harness.wait_for_epoch(folder)
        dead = harness.run_folder(folder)
        for pid in program.processes():
            os.kill(pid, signal.SIGKILL)
        program.wait_until_gone()
    harness.run(folder, "epochs=1", *TINY)
    runs = harness.tracked(harness.uri(folder))
    (new,) = set((folder / "runs").iterdir()) - {dead}
    assert_complete([run for run in runs if run.tags["folder"] == str(dead)], "KILLED", dead)
    assert_complete([run for run in runs if run.tags["folder"] == str(new)], "FINISHED", new)
    assert harness.recorded_in(dead, runs).tags["outcome"] == "interrupted"
    assert len(runs) == 2


@pytest.fixture(scope="module")
def untracked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sweep and a run that nobody has tracked."""
    folder = tmp_path_factory.mktemp("untracked") / "outputs"
    harness.run(folder, "-m", "seed=1,2", "epochs=2", *TINY, NOT_TRACKED)
    harness.run(folder, "seed=3", "epochs=2", *TINY, NOT_TRACKED)
    return folder


KILLS = """
import json, os, signal, sqlite3, sys, time
from pathlib import Path
from experiments.mirror.sync import sync

def begun():
    child = os.fork()
    if not child:
        sync(folder, f"sqlite:///{store}")
        os._exit(0)
    return child

def ended(child):
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else f"exit code {status}"

folder, store = map(Path, sys.argv[1:3])
child = begun()
while not Path(f"{store}.new").exists():
    time.sleep(0.01)
os.kill(child, signal.SIGKILL)
print(ended(child), "while it creates the store", flush=True)
for delay in json.loads(sys.argv[3]):
    child = begun()
    while not store.exists():
        time.sleep(0.01)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    how = ended(child)
    with sqlite3.connect(store) as connection:
        (runs,) = connection.execute("SELECT count(*) FROM runs").fetchone()
    print(how, "with", runs, "runs", flush=True)
print(ended(begun()))
"""
"""Begins a sync again and again, and kills it after each of the delays but for the last time."""


def test_a_sync_may_be_killed_at_any_time_and_repeated(untracked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    shutil.copytree(untracked, folder)
    address = harness.uri(tmp_path)
    chance = random.Random(0)
    delays = [chance.uniform(0.2, 2) for _ in range(5)]
    command = [sys.executable, "-c", KILLS, folder, tmp_path / "mlflow.db", json.dumps(delays)]
    with Program(command, tmp_path / "log") as program:
        assert program.wait() == 0, program.output
        first, *others, last = program.output.splitlines()
    assert (first, last) == ("killed while it creates the store", "exit code 0")
    assert [line for line in others if line.startswith("killed with") and " 0 " not in line]
    runs = harness.tracked(address)
    assert len(runs) == 4
    assert_complete(runs, "FINISHED", *(folder / "runs").iterdir())
    client = harness.connect(address)
    models = client.search_logged_models([client.search_experiments()[0].experiment_id])
    assert sorted(each.model_id for each in models) == sorted(
        model for run in runs for model in run.models
    )


def test_a_copy_of_the_outputs_can_be_synced_to_a_new_store(
    untracked: Path, tmp_path: Path
) -> None:
    """The copy need not be writable; what it was made from may be on another machine."""
    folder, store = tmp_path / "copy", tmp_path / "store"
    shutil.copytree(untracked, folder)
    before = sorted(untracked.rglob("*"))
    with harness.read_only(folder):
        output = sync(tmp_path, folder, "--uri", harness.uri(store))
    assert "up to date with 3 runs" in output
    runs = harness.tracked(harness.uri(store))
    assert_complete(runs, "FINISHED", *(folder / "runs").iterdir())
    assert sorted(untracked.rglob("*")) == before
    for run in runs:
        assert run.artifacts
        assert all(path.is_relative_to(store) for path in run.artifacts.values())


def test_a_writer_that_dies_is_replaced_and_mlflow_has_it_all(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    with harness.start(folder, *ENDLESS) as program:
        harness.wait_for((folder / "mlflow.db").exists, "store")
        (writer,) = (
            pid for pid, what in program.processes().items() if "experiments.mirror.sync" in what
        )
        os.kill(writer, signal.SIGTERM)
        harness.wait_for(lambda: WARNING in program.output, "warning")
        program.send(signal.SIGTERM)
        assert program.wait() == 143
        output = program.output
    assert "MLflow: its writer was ended by SIGTERM; starting another writer\n" in output
    assert output.count(WARNING) == 1
    assert "and in MLflow: browse with" in output
    assert_complete(harness.tracked(harness.uri(folder)), "KILLED", harness.run_folder(folder))


def test_a_store_that_was_deleted_is_filled_again_by_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    command = ("-m", "seed=1,2", "epochs=2", *TINY)
    harness.run(folder, *command)
    (folder / "mlflow.db").unlink()
    assert "2 done before" in harness.run(folder, *command)
    runs = [run for run in harness.tracked(harness.uri(folder)) if "run" in run.tags]
    assert_complete(runs, "FINISHED", *harness.jobs(folder).values())


def test_two_syncs_at_once_leave_what_one_leaves(untracked: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'both.db'}"
    command = [harness.EXPERIMENTS, "sync", untracked, "--uri", store]
    with Program(command, tmp_path / "1.log") as one, Program(command, tmp_path / "2.log") as other:
        assert [one.wait(), other.wait()] == [0, 0], one.output + other.output
    runs = harness.tracked(store)
    assert {run.status for run in runs} == {"FINISHED"}
    assert len([run for run in runs if "sweep" in run.tags]) == 1
    assert len([run for run in runs if "run" in run.tags]) == 3


def test_a_damaged_record_is_named_and_the_others_are_synced(
    untracked: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "outputs"
    shutil.copytree(untracked, folder)
    damaged = folder / "sweeps" / "damaged"
    damaged.mkdir()
    (damaged / "sweep.json").write_text("{", encoding="utf-8")
    command = [harness.EXPERIMENTS, "sync", folder, "--uri", harness.uri(tmp_path)]
    with Program(command, tmp_path / "sync.log") as program:
        assert program.wait() == 1
        (error,) = (line for line in program.output.splitlines() if line.startswith("error: "))
    assert error.startswith(f"error: {damaged / 'sweep.json'}: is damaged")
    assert len([run for run in harness.tracked(harness.uri(tmp_path)) if "run" in run.tags]) == 3
