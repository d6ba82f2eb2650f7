"""Checks of an MLflow store against the journals of the runs."""

import sqlite3
from collections import Counter
from pathlib import Path

from harness.mlflow_reader import Tracked, recorded_in
from harness.outputs import events, histories
from harness.warm import experiments

TINY = ("dataset.train_size=100", "dataset.validation_size=100")
SLOW = ("dataset.train_size=3000", "dataset.validation_size=1000")
SLOW_AND_ENDLESS = ("epochs=100000", *SLOW)
"""Epochs that take so long that a store has few of them to catch up with."""
STORE_WARNING = "The runs continue; nothing is lost."


def latest_step(store: str) -> int:
    """Return the last epoch that an SQLite store has; 0 if it is missing or locked."""
    path = store.removeprefix("sqlite:///")
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            (step,) = connection.execute("SELECT max(step) FROM metrics").fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError:
        return 0
    return int(step or 0)


def n_epochs(folder: Path) -> int:
    """Return the number of epochs in the journal of a run."""
    return len(events(folder, "epoch"))


def assert_complete(runs: list[Tracked], status: str, *folders: Path) -> None:
    """Check that MLflow has each recorded run once, with this status and each metric once."""
    assert Counter(run.tags["run"] for run in runs if "run" in run.tags) == Counter(
        events(folder, "start")[0]["id"] for folder in folders
    )
    for folder in folders:
        run = recorded_in(folder, runs)
        assert run.status == status
        assert run.metrics == histories(folder)
        assert len(run.datasets) == 3
        assert len(run.models) == (status == "FINISHED")


def sync(folder: Path, *arguments: str | Path) -> str:
    """Execute `experiments sync`, which has to succeed; return its output."""
    code, output = experiments(folder / "sync.log", "sync", *arguments)
    assert code == 0, output
    return output
