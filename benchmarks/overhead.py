"""The cost of everything around training: `run.py` against a bare loop, in turns.

All train the same networks, one after the other, and evaluate them after each epoch. The seconds
are those of whole processes as a user starts them, by the clock: until the last data is in MLflow's
SQLite store. A short sweep comes first and does not count: it creates the store, which happens once
and takes a second or two.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.bare import OVERRIDES
from benchmarks.speed.spread import spread
from experiments.configuration import PROJECT

MOST = 1.03
"""The target: the most seconds of `run.py` with MLflow, as a multiple of those of the bare loop."""


def seconds(command: Sequence[str]) -> float:
    """Return the seconds of a command. Raise subprocess.CalledProcessError if it fails."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def commands(folder: Path, seeds: int, epochs: int) -> dict[str, list[str]]:
    """Return a command for each program. The records are in a new folder in ``folder``."""
    sweep = ["run.py", "-m", *OVERRIDES, f"seed=range({seeds})", f"epochs={epochs}"]
    alone = ["hydra.launcher.processes=1", "hydra.launcher.lockstep=1"]

    def outputs() -> str:
        return f"outputs={tempfile.mkdtemp(dir=folder)}"

    store = [f"tracking.uri=sqlite:///{folder}/mlflow.db", f"tracking.artifacts={folder}/artifacts"]
    return {
        "bare loop": ["-m", "benchmarks.bare", f"--seeds={seeds}", f"--epochs={epochs}"],
        "run.py tracking=none": [*sweep, *alone, outputs(), "tracking=none"],
        "run.py with MLflow": [*sweep, *alone, outputs(), *store],
    }


def measure(folder: Path, seeds: int, epochs: int, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each program, one for each round."""
    for command in commands(folder, seeds=1, epochs=1).values():
        seconds(command)
    turns: dict[str, list[float]] = {}
    for number in range(rounds):
        made = commands(folder, seeds, epochs)
        order = list(made) if number % 2 == 0 else list(made)[::-1]
        for program in order:
            turns.setdefault(program, []).append(seconds(made[program]))
    return turns


def main() -> None:
    """Print the seconds and their ratios; exit with 1 if the last median misses the target."""
    parser = argparse.ArgumentParser(description="Measure the cost of everything around training.")
    parser.add_argument("--runs", type=int, default=4, help="runs of a sweep (default: 4)")
    parser.add_argument("--epochs", type=int, default=30, help="of each run (default: 30)")
    parser.add_argument("--rounds", type=int, default=1, help="sweeps of each kind (default: 1)")
    options = parser.parse_args()
    if min(options.runs, options.epochs, options.rounds) < 1:
        parser.error("all numbers must be at least 1")
    with tempfile.TemporaryDirectory() as folder:
        turns = measure(Path(folder), options.runs, options.epochs, options.rounds)
    print(f"{options.runs} runs of {options.epochs} epochs, one after the other")
    print(f"{'minimum-median-maximum':24}{'seconds':24}/ bare loop")
    bare = turns["bare loop"]
    for program, own in turns.items():
        ratios = [a / b for a, b in zip(own, bare, strict=True)]
        print(f"{program:24}{spread(own, 2):24}{spread(ratios, 3)}")
    ratio = median(ratios)
    print(f"target: at most {MOST}: {'met' if ratio <= MOST else 'MISSED'}")
    sys.exit(ratio > MOST)


if __name__ == "__main__":
    main()
