"""Measuring the programs: each is a process, or several in sequence, from its start to its exit."""

import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, variance

from benchmarks.verdict.script import PROCESSES, Result, read_results
from experiments.configuration import PROJECT
from experiments.results import runs

OURS, NUMBA, PYTORCH, JAX = "ours", "ours, numba", "PyTorch", "JAX"
PROGRAMS = (OURS, NUMBA, PYTORCH, JAX)
BACKENDS = {OURS: "numpy", NUMBA: "numba"}
LIMITS = {(OURS, PYTORCH): 1 / 3, (NUMBA, PYTORCH): 1 / 3, (NUMBA, JAX): 1.0}
"""The largest acceptable ratios of the seconds of the whole sweep, the first by the second."""
SEEDS, EPOCHS = 10, 10
"""The sweep for which the limits hold. In a smaller one, the start of the programs counts more."""
STANDARD_ERRORS = 4
"""The means of an arm may differ by so many standard errors of their difference."""


ENVIRON = os.environ | {"OMP_NUM_THREADS": "1", "MLFLOW_DISABLE_TELEMETRY": "true"}


@dataclass(frozen=True)
class Turn:
    """One execution of a program: seconds by the clock and of the processor, and its results."""

    seconds: float
    processor_seconds: float
    results: list[Result]


@dataclass(frozen=True)
class Timing:
    """A program: the seconds of each round, by the clock and of the processor, and its results.

    The seconds of the processor are those of the process and all its children, user and system.
    """

    program: str
    seconds: tuple[float, ...]
    processor_seconds: tuple[float, ...]
    results: tuple[Result, ...]

    @classmethod
    def of(cls, program: str, turns: Sequence[Turn]) -> "Timing":
        """Return the timing of a program. All its turns have the same results."""
        return cls(
            program,
            tuple(each.seconds for each in turns),
            tuple(each.processor_seconds for each in turns),
            tuple(turns[-1].results),
        )

    def accuracies(self, arm: str) -> list[float]:
        """Return the accuracies of the networks of an arm on the test images."""
        return [each.accuracy for each in self.results if each.arm == arm]


@dataclass(frozen=True)
class Ratio:
    """Our seconds divided by theirs in each round; ``limit`` is for the median of ``seconds``."""

    ours: str
    theirs: str
    seconds: tuple[float, ...]
    processor_seconds: tuple[float, ...]
    limit: float | None

    @property
    def met(self) -> bool:
        """True if the median is within the limit."""
        return self.limit is None or median(self.seconds) <= self.limit


def commands(program: str, folder: Path, *, seeds: int, epochs: int) -> list[list[str]]:
    """Return the commands of a program, which writes to ``folder``."""
    if program in BACKENDS:
        sweep = ["loss=mse,ce", "optimizer=sgd,adam", f"seed=range({seeds})", f"epochs={epochs}"]
        ours = [f"outputs={folder}", f"hydra.launcher.processes={PROCESSES}"]
        ours.append(f"backend={BACKENDS[program]}")
        compare = ["-m", "experiments", "compare", "loss", "optimizer", "--outputs", str(folder)]
        return [[sys.executable, "run.py", "-m", *sweep, *ours], [sys.executable, *compare]]
    module = f"benchmarks.verdict.{program.lower()}_script"
    given = ["--seeds", str(seeds), "--epochs", str(epochs), "--folder", str(folder)]
    return [[sys.executable, "-m", module, *given]]


def measure(program: str, *, seeds: int, epochs: int) -> Turn:
    """Run a program in a new folder. It finds nothing that was compiled before.

    Raise subprocess.CalledProcessError if it fails; then its output is printed.
    """
    with tempfile.TemporaryDirectory() as name:
        folder, log = Path(name) / "outputs", Path(name) / "log"
        folder.mkdir()
        start, before = time.perf_counter(), processor_seconds()
        environment = ENVIRON | {"NUMBA_CACHE_DIR": str(Path(name) / "numba")}
        for command in commands(program, folder, seeds=seeds, epochs=epochs):
            run(command, log, environment)
        seconds, processor = time.perf_counter() - start, processor_seconds() - before
        results = our_results(folder) if program in BACKENDS else read_results(folder)
    return Turn(seconds, processor, results)


def run(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
    """Run a command to its end. Raise CalledProcessError if it fails, and print its output."""
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            command, cwd=PROJECT, check=False, stdout=output, stderr=output, env=environment
        )
    if done.returncode:
        print(log.read_text(encoding="utf-8"))
        done.check_returncode()


def processor_seconds() -> float:
    """Return the seconds of the processor of all ended child processes, and of their children."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def our_results(folder: Path) -> list[Result]:
    """Return the results of our runs, read from their journals."""
    frame = runs(str(folder))
    return [
        Result(f"{row['loss']} {row['optimizer']}", row["seed"], row["test/accuracy"])
        for row in frame.to_dict("records")
    ]


def ratio(ours: Timing, theirs: Timing, limit: float | None) -> Ratio:
    """Return the ratios of two programs."""
    return Ratio(
        ours.program,
        theirs.program,
        tuple(a / b for a, b in zip(ours.seconds, theirs.seconds, strict=True)),
        tuple(a / b for a, b in zip(ours.processor_seconds, theirs.processor_seconds, strict=True)),
        limit,
    )


def differing_accuracies(ours: Timing, theirs: Timing) -> list[str]:
    """Return a sentence for each arm whose mean accuracies differ by more than the seeds explain.

    The variance between seeds is taken to be the same in all arms of both programs.
    """
    names = list(dict.fromkeys(each.arm for each in ours.results))
    groups = [each.accuracies(arm) for each in (ours, theirs) for arm in names]
    deviation = math.sqrt(mean(map(variance, groups)))
    most = STANDARD_ERRORS * deviation * math.sqrt(2 / len(groups[0]))
    differing = []
    for arm in names:
        a, b = means(arm, ours, theirs)
        if abs(a - b) > most:
            found = f"{arm}: the mean accuracy of {theirs.program} is {b:.2%}"
            differing.append(f"{found}, not {a:.2%} +- {most:.2%} as ours")
    return differing


def means(arm: str, *timings: Timing) -> list[float]:
    """Return the mean accuracy of an arm in each program."""
    return [mean(each.accuracies(arm)) for each in timings]
