"""MLflow stores that cannot be written to: the runs finish, and `experiments sync` repairs it.

MLflow's own client would wait four minutes for each call to a dead server; the programs end before
the patience of these tests does.
"""

import contextlib
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import harness
import pytest
from harness import BEST_EPOCH_METRICS, EVERY_EPOCH_METRICS, SMALL, TEST_METRICS


@contextlib.contextmanager
def _port(*, listening: bool = False) -> Iterator[int]:
    """Yield a port where nothing listens, or with ``listening`` a server that never answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        if listening:
            taken.listen()
        yield taken.getsockname()[1]


def _write_store_of_a_later_version(path: Path) -> None:
    """Write an SQLite store that a later version of MLflow has changed."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
        database.execute("INSERT INTO alembic_version VALUES ('a-later-version')")
        database.commit()


BROKEN = {"dead": "Connection refused", "silent": "", "file": "a-later-version"}
"""Kinds of broken stores, and a part of the message about each."""


class Broken:
    """Three runs and a sweep at the same time, each with a store that cannot be written to.

    One store is a server that never answers: Ctrl-C ends the wait for it.
    """

    def __init__(self, folder: Path) -> None:
        self.uri = harness.uri(folder)
        self.store = Path(self.uri.removeprefix("sqlite:///"))
        _write_store_of_a_later_version(self.store)
        self.folders = {name: folder / name for name in BROKEN}
        self.exit_codes: dict[str, int] = {}
        self.outputs: dict[str, str] = {}
        with _port() as dead, _port(listening=True) as silent, ExitStack() as stack:
            arguments = {
                "dead": (f"tracking.uri=http://127.0.0.1:{dead}",),
                "silent": (f"tracking.uri=http://127.0.0.1:{silent}",),
                "file": ("-m", "seed=0,1", *harness.store(folder)),
            }
            programs = {
                name: stack.enter_context(harness.start(self.folders[name], *each, *SMALL))
                for name, each in arguments.items()
            }
            waiting = programs["silent"]
            harness.wait_for(lambda: "Waiting for MLflow" in waiting.output, "waiting message")
            waiting.ctrl_c()
            for name, program in programs.items():
                self.exit_codes[name] = program.wait()
                self.outputs[name] = program.output
                program.wait_until_gone()


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Broken:
    return Broken(tmp_path_factory.mktemp("broken"))


@pytest.mark.stress
@pytest.mark.parametrize("name", BROKEN)
def test_a_run_does_not_fail_when_its_store_fails(broken: Broken, name: str) -> None:
    assert broken.exit_codes[name] == 0
    assert "finished: test accuracy" in broken.outputs[name]
    folder = broken.folders[name]
    for run in harness.jobs(folder).values() if name == "file" else [folder]:
        assert harness.events(run)[-1]["status"] == "finished"
        assert len(harness.events(run, "epoch")) == 2
        assert (harness.run_folder(run) / "network.npz").is_file()


@pytest.mark.stress
@pytest.mark.parametrize("name", BROKEN)
def test_a_run_prints_why_its_store_failed_and_the_repair(broken: Broken, name: str) -> None:
    message = broken.outputs[name].rpartition("finished")[2]
    assert BROKEN[name] in message
    assert "Nothing is lost" in message
    folder_of = harness.sweep_folder if name == "file" else harness.run_folder
    assert Path(harness.advice(message, "sync")[2]).resolve() == folder_of(broken.folders[name])
    assert "Traceback" not in broken.outputs[name]
    assert "browse" not in message


@pytest.fixture(scope="module")
def repaired(broken: Broken) -> list[str]:
    """The command that brings the store up to date, executed once after the repair."""
    broken.store.unlink()
    command = harness.advice(broken.outputs["file"], "sync")
    _run(command, broken.folders["file"])
    return command


def _run(command: list[str], folder: Path) -> None:
    code, output = harness.experiments(folder / "command.log", *command[1:])
    assert code == 0, output


@pytest.mark.stress
def test_sync_brings_a_repaired_store_up_to_date(broken: Broken, repaired: list[str]) -> None:
    runs = harness.by_name(broken.uri)
    (parent,) = (run for run in runs.values() if "mlflow.parentRunId" not in run.tags)
    assert parent.status == "FINISHED"
    assert "learning_curves.svg" in parent.artifacts
    for name, folder in harness.jobs(broken.folders["file"]).items():
        run = runs[name]
        (start,), (end,) = harness.events(folder, "start"), harness.events(folder, "end")
        assert (run.status, run.tags["mlflow.parentRunId"]) == ("FINISHED", parent.id)
        assert (run.start, run.end) == (int(start["time"] * 1000), int(end["time"] * 1000))
        assert run.metrics == harness.histories(folder)
        assert set(run.metrics) == EVERY_EPOCH_METRICS | TEST_METRICS | BEST_EPOCH_METRICS
        assert {"config.yaml", "learning_curves.svg", "confusion_matrix.svg"} <= set(run.artifacts)
        assert (len(run.models), len(run.datasets)) == (1, 3)


@pytest.mark.stress
def test_sync_can_be_repeated(broken: Broken, repaired: list[str]) -> None:
    before = harness.tracked(broken.uri)
    _run(repaired, broken.folders["file"])
    after = harness.tracked(broken.uri)
    assert len(after) == len(before) == 3
    for run, same in zip(after, before, strict=True):
        assert run == same


@pytest.mark.stress
def test_sync_with_a_dead_server_ends_with_one_line(broken: Broken) -> None:
    folder = broken.folders["dead"]
    with _port() as dead:
        words = ["sync", folder, "--uri", f"http://127.0.0.1:{dead}"]
        code, output = harness.experiments(folder / "command.log", *words)
    assert code == 1
    (line,) = output.splitlines()
    assert line.startswith(f"error: http://127.0.0.1:{dead}: ")
    assert "Connection refused" in line


def test_sync_of_a_folder_without_records_ends_with_one_line(tmp_path: Path) -> None:
    code, output = harness.experiments(tmp_path / "log", "sync", tmp_path)
    assert code == 1
    (line,) = output.splitlines()
    assert line.startswith(f"error: {tmp_path}: ")
