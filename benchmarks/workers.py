"""Two workers against one: the same sweep of full MNIST in turns, with everything on.

The seconds are those of whole processes, by the clock, until the last data is in MLflow's store.
The second ratio leaves out the start and the end of the processes, which happen once: it is of the
seconds from the first line of a journal to the last one.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.speed.spread import spread
from experiments.configuration import PROJECT

LEAST = 1.9
"""The target: how many times as fast the runs are done with two workers."""


def measure(workers: int, runs: int, epochs: int) -> tuple[float, float]:
    """Return the seconds of the whole sweep, and those from its first journal line to its last.

    Raise subprocess.CalledProcessError if it fails.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = ["run.py", "-m", f"seed=range({runs})", f"epochs={epochs}", f"outputs={folder}"]
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, *command, f"hydra.launcher.processes={workers}"],
            cwd=PROJECT,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        whole = time.perf_counter() - start
        times = [
            json.loads(line)["time"]
            for path in folder.glob("runs/*/journal.jsonl")
            for line in path.read_text(encoding="utf-8").splitlines()
        ]
        return whole, max(times) - min(times)


def main() -> None:
    """Print the seconds and ratios; exit with 1 if the second median misses the target."""
    parser = argparse.ArgumentParser(description="Compare two workers with one.")
    parser.add_argument("--runs", type=int, default=16, help="runs of the sweep (default: 16)")
    parser.add_argument("--epochs", type=int, default=10, help="of each run (default: 10)")
    parser.add_argument("--rounds", type=int, default=1, help="sweeps of each kind (default: 1)")
    options = parser.parse_args()
    if min(options.runs, options.epochs, options.rounds) < 1:
        parser.error("all numbers must be at least 1")
    turns = []
    for number in range(options.rounds):
        order = (1, 2) if number % 2 == 0 else (2, 1)
        found = {workers: measure(workers, options.runs, options.epochs) for workers in order}
        turns.append([found[1], found[2]])
    print(f"{options.runs} runs of {options.epochs} epochs; minimum-median-maximum")
    print(f"{'':22}{'one worker':24}{'two workers':24}ratio")
    for number, kind in enumerate(("whole command", "first to last epoch")):
        one, two = ([turn[i][number] for turn in turns] for i in range(2))
        ratios = [a / b for a, b in zip(one, two, strict=True)]
        print(f"{kind:22}{spread(one, 1):24}{spread(two, 1):24}{spread(ratios, 2)}")
    fine = median(ratios) >= LEAST
    print(f"target: at least {LEAST}: {'met' if fine else 'MISSED'}")
    sys.exit(not fine)


if __name__ == "__main__":
    main()
