"""The cost of durability: the share of a run's time for journal, checkpoints, recorded weights.

Runs of ten epochs in this process, on the first four networks of `speed/` with all training
images. Each line of the journal, checkpoint and file of weights is synced to the disk of
``--folder``.
"""

import experiments.startup  # noqa: F401, I001 - before everything else
import argparse
import importlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from experiments.configuration import compose
from experiments.interruption import Interruption
from experiments.recording import Journal
from experiments.running import Job, run

EPOCHS = 10
MOST = 0.02
"""The target: the largest share."""
WORKLOADS = (
    ("architecture=784-30-10", "loss=mse", "optimizer=sgd", "batch_size=10"),
    ("architecture=784-20-10-10", "loss=mse", "optimizer=sgd", "batch_size=10"),
    ("architecture=784-128-64-10", "activation=relu", "loss=ce", "optimizer=adam", "batch_size=32"),
    ("architecture=784-32-32-10", "activation=relu", "loss=ce", "optimizer=sgd", "batch_size=64"),
)


class Stopwatch:
    """Adds up the seconds spent in the functions that it wraps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function; its calls are timed."""

        def timed(*arguments: Any, **options: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds += time.perf_counter() - start

        return timed


def share(workload: tuple[str, ...], folder: Path) -> tuple[float, float]:
    """Return the seconds of a run, and the seconds of them that durability took."""
    stopwatch = Stopwatch()
    writers: list[tuple[Any, str]] = [
        (importlib.import_module("experiments.running.checkpoint"), "save"),
        (importlib.import_module("experiments.running.run"), "save_weights"),
        (Journal, "append"),
    ]
    originals = [getattr(owner, name) for owner, name in writers]
    with tempfile.TemporaryDirectory(dir=folder) as outputs:
        own = [f"epochs={EPOCHS}", f"outputs={outputs}", "tracking=none"]
        config = compose([*workload, *own])
        job = Job.of(config, config.hydra)
        for (owner, name), original in zip(writers, originals, strict=True):
            setattr(owner, name, stopwatch.around(original))
        start = time.perf_counter()
        try:
            for _event in run(job, interruption=Interruption()):
                pass
        finally:
            for (owner, name), original in zip(writers, originals, strict=True):
                setattr(owner, name, original)
        return time.perf_counter() - start, stopwatch.seconds


def main() -> None:
    """Print the share of each workload; exit with 1 if one is above the target."""
    parser = argparse.ArgumentParser(
        description="Measure the cost of journal, checkpoints and weights."
    )
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure")
    folder = parser.parse_args().folder
    shares = []
    for workload in WORKLOADS:
        seconds, spent = share(workload, folder)
        shares.append(spent / seconds)
        print(f"{' '.join(workload):70} {seconds:6.2f} s {1000 * spent:6.1f} ms {shares[-1]:.2%}")
    print(
        f"largest share {max(shares):.2%} < {MOST:.0%} {'met' if max(shares) < MOST else 'MISSED'}"
    )
    sys.exit(0 if max(shares) < MOST else 1)


if __name__ == "__main__":
    main()
