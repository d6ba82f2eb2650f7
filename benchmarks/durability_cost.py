"""What journal, checkpoints and recorded weights add to a run: their share of its seconds.

Runs of ten epochs in this process, on the networks of `speed.py` with all training images. Each
line of the journal, checkpoint and file of weights is synced to the disk that ``--folder`` is on.
"""

import experiments.startup  # noqa: F401, I001 - before everything else
import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig

from experiments.running import checkpoint
from experiments.recording import weights as snapshots
from experiments.configuration.config import CONF, register
from experiments.interruption import Interruption
from experiments.running.job import Job, run
from experiments.recording.journal import Journal

EPOCHS = 10
MOST = 0.02
"""The largest share that is good enough."""
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
        """Return the function with the stopwatch running while it does."""

        def timed(*arguments: Any, **options: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                self.seconds += time.perf_counter() - start

        return timed


def share(workload: tuple[str, ...], folder: Path) -> tuple[float, float]:
    """Return the seconds of a run, and how many of them went into what is kept."""
    with (
        tempfile.TemporaryDirectory(dir=folder) as outputs,
        initialize_config_dir(str(CONF), version_base="1.3"),
    ):
        own = [f"epochs={EPOCHS}", f"outputs={outputs}", "tracking=none"]
        config = compose("config", [*workload, *own], return_hydra_config=True)
        HydraConfig.instance().set_config(config)
        job = Job.of(config, config.hydra)
        stopwatch = Stopwatch()
        save, append, keep = checkpoint.save, Journal.append, snapshots.save
        checkpoint.save = stopwatch.around(save)
        snapshots.save = stopwatch.around(keep)
        Journal.append = stopwatch.around(append)  # type: ignore[method-assign]
        start = time.perf_counter()
        try:
            run(job, listeners=[], interruption=Interruption(), say=print)
        finally:
            checkpoint.save, snapshots.save = save, keep
            Journal.append = append  # type: ignore[method-assign]
        return time.perf_counter() - start, stopwatch.seconds


def main() -> None:
    """Print the share of each workload; exit with 1 if one is above the target."""
    parser = argparse.ArgumentParser(
        description="Measure the cost of journal, checkpoints and weights."
    )
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure")
    folder = parser.parse_args().folder
    register()
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
