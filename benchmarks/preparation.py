"""How long a sweep takes to be prepared: to plan 1,000 runs, and to start the first of them.

A plan composes and checks all runs, and prints them. The first run has started when the first line
is in a journal; then the sweep is stopped. Seconds are by the clock, from the start of the command.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.speed.spread import spread
from experiments.configuration import PROJECT

LOOK_EVERY = 0.005
"""Seconds between two looks for a journal."""


@dataclass(frozen=True)
class Preparation:
    """The seconds of each round; the least may be at most ``limit``.

    Other work on the machine makes a start longer, never shorter.
    """

    name: str
    seconds: Sequence[float]
    limit: float

    @property
    def met(self) -> bool:
        """True if the least is within the limit."""
        return min(self.seconds) <= self.limit

    def __str__(self) -> str:
        verdict = "met" if self.met else "MISSED"
        return f"{self.name:34}{spread(self.seconds, 2):20}{self.limit:<5}{verdict}"


def command(runs: int, folder: Path) -> list[str]:
    """Return the command of a sweep of so many runs."""
    return [sys.executable, "run.py", "-m", f"seed=range({runs})", f"outputs={folder}"]


def to_plan(runs: int, folder: Path) -> float:
    """Return the seconds of a plan. Raise subprocess.CalledProcessError if it fails."""
    before = time.perf_counter()
    plan = [*command(runs, folder), "plan=true"]
    subprocess.run(plan, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - before


def to_first_run(runs: int, folder: Path) -> float:
    """Return the seconds to the first line of a journal; then stop the sweep.

    Raise RuntimeError if the sweep ends before.
    """
    before = time.perf_counter()
    with subprocess.Popen(
        command(runs, folder), cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        while not any(path.stat().st_size for path in folder.glob("runs/*/journal.jsonl")):
            if process.poll() is not None:
                assert process.stderr is not None  # noqa: S101 - it is a pipe; for mypy
                raise RuntimeError(process.stderr.read().decode())
            time.sleep(LOOK_EVERY)
        seconds = time.perf_counter() - before
        process.terminate()
        process.communicate()
    return seconds


MEASURED: tuple[tuple[str, Callable[[int, Path], float], int, float], ...] = (
    ("1,000 runs planned", to_plan, 1000, 5.0),
    ("first line of the first of 1,000", to_first_run, 1000, 2.0),
    ("first line of the first of 4", to_first_run, 4, 2.0),
)


def measure(rounds: int) -> list[Preparation]:
    """Measure all in turns, each time in a new folder."""
    turns = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            turns.append(
                [
                    seconds(runs, Path(name) / str(number))
                    for number, (_, seconds, runs, _) in enumerate(MEASURED)
                ]
            )
    return [
        Preparation(name, own, limit)
        for (name, _, _, limit), own in zip(MEASURED, zip(*turns, strict=True), strict=True)
    ]


def main(given: Sequence[str]) -> int:
    """Print and write the seconds; return 1 if one is above its limit."""
    parser = argparse.ArgumentParser(description="Measure how long the start of a sweep takes.")
    parser.add_argument("--rounds", type=int, default=5, help="default: 5")
    parser.add_argument(
        "--output", type=Path, default=PROJECT / "outputs" / "bench", help="the folder of the file"
    )
    options = parser.parse_args(given)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    measured = measure(options.rounds)
    print(f"{'':34}{'seconds':20}limit")
    print(*measured, sep="\n")
    options.output.mkdir(parents=True, exist_ok=True)
    content = json.dumps([asdict(each) for each in measured], indent=2)
    (options.output / "preparation.json").write_text(content, encoding="utf-8")
    return 0 if all(each.met for each in measured) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
