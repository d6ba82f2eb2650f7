"""An SQLite store that another process has locked."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import harness
import pytest
from harness import Program

LOCKED = 8
"""Seconds for which the store is locked, more than the five that SQLite waits."""


def last_time(folder: Path) -> float:
    """Return the time of the last event of a run."""
    return float(harness.events(folder)[-1]["time"])


LOCK = """
import signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=60)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
signal.pause()
"""


@contextmanager
def locked(store: Path, log: Path) -> Iterator[None]:
    """Lock an SQLite store in another process while the context lasts."""
    with Program([sys.executable, "-c", LOCK, store], log) as program:
        harness.wait_for(lambda: "locked" in program.output, "lock")
        yield


@pytest.mark.stress
def test_a_run_does_not_wait_for_a_locked_store(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    with harness.start(folder, *harness.SLOW_AND_ENDLESS) as program:
        harness.wait_for(lambda: harness.latest_step(harness.uri(folder)), "epoch in the store")
        with locked(folder / "mlflow.db", tmp_path / "lock.log"):
            begin = last_time(folder)
            harness.wait_for(lambda: last_time(folder) > begin + LOCKED, "later epoch")
        free_at = harness.n_epochs(folder)
        harness.wait_for(
            lambda: harness.latest_step(harness.uri(folder)) > free_at, "later epoch in the store"
        )
        program.send(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM
        assert program.output.count(harness.STORE_WARNING) <= 1
        assert "and in MLflow" in program.output
    runs = harness.tracked(harness.uri(folder))
    harness.assert_complete(runs, "KILLED", harness.run_folder(folder))
