"""The cost of MLflow: the time of a whole run of `run.py` with and without tracking, in turns.

Both are processes as a user starts them. The time is that of the whole process, until the writer
has written its last data to its SQLite store. A short run of each comes first and does not count:
it creates the store, which happens once and takes a second or two.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from experiments.configuration import PROJECT

EPOCHS = 30
MOST = 1.05
"""The target: the largest ratio of the medians."""


def seconds(folder: Path, overrides: Sequence[str]) -> float:
    """Return the seconds of a run that writes to a new folder in ``folder``.

    Raise subprocess.CalledProcessError if it fails.
    """
    output = tempfile.mkdtemp(dir=folder)
    command = [sys.executable, "run.py", f"outputs={output}", *overrides]
    start = time.perf_counter()
    subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def measure(folder: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Return the seconds without tracking and those with it."""
    tracked = [
        f"tracking.uri=sqlite:///{folder}/mlflow.db",
        f"tracking.artifacts={folder}/artifacts",
    ]
    arms = (["tracking=none"], tracked)
    for arm in arms:
        seconds(folder, [*arm, "epochs=1"])
    plain, logged = zip(
        *([seconds(folder, [*arm, f"epochs={EPOCHS}"]) for arm in arms] for _ in range(rounds)),
        strict=True,
    )
    return list(plain), list(logged)


def main() -> None:
    """Print both medians and their ratio; exit with 1 if it misses the target."""
    parser = argparse.ArgumentParser(description="Compare runs with and without MLflow.")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each kind (default: 3)")
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error("--rounds must be at least 1")
    with tempfile.TemporaryDirectory() as folder:
        plain, logged = measure(Path(folder), rounds)
    print(f"Seconds of a run of {EPOCHS} epochs, median (least-most) of {rounds}\n")
    for name, values in (("tracking=none", plain), ("MLflow, SQLite", logged)):
        print(f"{name:16}{median(values):6.2f} ({min(values):.2f}-{max(values):.2f})")
    ratio = median(logged) / median(plain)
    print(f"{'ratio':16}{ratio:6.3f} < {MOST} {'met' if ratio < MOST else 'MISSED'}")
    sys.exit(0 if ratio < MOST else 1)


if __name__ == "__main__":
    main()
