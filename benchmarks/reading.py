"""Measure the time and memory that `experiments.results` takes for 1,000 runs of 30 epochs.

One real run of 30 epochs is made. Its journal is written 1,000 times, with other seeds, and the
same runs are written to an SQLite store through MLflow's client. Each measurement is a process of
its own, so its peak of memory contains no imports of another one.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlflow.entities import Metric, Param
from msgspec.structs import replace

from experiments.configuration import PROJECT
from experiments.mirror import open_store
from experiments.recording import (
    JOURNAL,
    End,
    Epoch,
    Start,
    encode,
    parameters,
    read_record,
    run_folder,
    run_folders,
)

LIMITS = {"journals": 3.0, "SQLite": 10.0}
"""The most seconds that `runs` and `history` may take for 1,000 runs."""
MEASURE = """
import resource, sys, time
from experiments import results
start = time.perf_counter()
frame = getattr(results, sys.argv[2])(sys.argv[1])
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
print(seconds, len(frame), frame.memory_usage(deep=True).sum() / 1e6, peak)
"""


@dataclass(frozen=True)
class FinishedRun:
    """The events of a run that has finished."""

    start: Start
    epochs: Sequence[Epoch]
    end: End


def one_run(folder: Path) -> FinishedRun:
    """Do a real run on few images."""
    command = [
        "run.py",
        f"outputs={folder}",
        "tracking=none",
        "epochs=30",
        "dataset.train_size=100",
    ]
    subprocess.run([sys.executable, *command], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    (run,) = run_folders(folder)
    record = read_record(run)
    if record is None or record.end is None:
        sys.exit(f"{run}: the run has not finished")
    return FinishedRun(record.start, record.epochs, record.end)


def copies(run: FinishedRun, n: int) -> Iterator[FinishedRun]:
    """Yield ``n`` runs that differ in their seed, identity and time of start only."""
    for seed in range(n):
        start = replace(
            run.start,
            identity=f"{seed:016x}",
            id=f"{seed:032x}",
            config=replace(run.start.config, seed=seed),
            time=run.start.time + seed,
        )
        yield FinishedRun(start, run.epochs, run.end)


def write_journal(outputs: Path, run: FinishedRun) -> None:
    """Write the journal of a run to an outputs folder."""
    folder = run_folder(outputs, run.start.identity)
    folder.mkdir(parents=True)
    events = [run.start, *run.epochs, run.end]
    (folder / JOURNAL).write_bytes(b"".join(map(encode, events)))


def write_to_store(client: Any, experiment_id: str, run: FinishedRun) -> None:
    """Write a run to an MLflow store with the tags, metrics and parameters that are read."""
    start = run.start
    tags = {
        "run": start.id,
        "identity": start.identity,
        "status": str(run.end.status),
        "data.sha256": start.dataset.sha256 if start.dataset else "",
    }
    run_id = client.create_run(experiment_id, int(start.time * 1000), tags).info.run_id
    by_epoch = [(event.epoch, event.metrics) for event in run.epochs]
    metrics = [
        Metric(name, value, 0, epoch)
        for epoch, values in (*by_epoch, (len(by_epoch), run.end.metrics))
        for name, value in values.items()
    ]
    params = [
        Param(name, str(value)) for name, value in parameters(start.choices, start.config).items()
    ]
    client.log_batch(run_id, metrics=metrics, params=params)


def measure(source: str, function: str) -> tuple[float, float, float, float]:
    """Return seconds, rows, megabytes of the frame, and the peak of memory in megabytes."""
    command = [sys.executable, "-c", MEASURE, source, function]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, rows, size, peak = map(float, done.stdout.split())
    return seconds, rows, size, peak


def main() -> None:
    """Print time and memory of `runs` and `history`; exit with 1 if one is too slow."""
    parser = argparse.ArgumentParser(description="Measure experiments.results.")
    parser.add_argument("--runs", type=int, default=1000, help="number of runs (default: 1000)")
    n_runs = parser.parse_args().runs
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        outputs, uri = Path(folder) / "outputs", f"sqlite:///{folder}/mlflow.db"
        run = one_run(Path(folder) / "one")
        client = open_store(uri)
        experiment_id = client.create_experiment("reading", folder)
        for copy in copies(run, n_runs):
            write_journal(outputs, copy)
            write_to_store(client, experiment_id, copy)
        print("source    function  seconds     rows  frame MB  peak MB")
        for name, source in (("journals", str(outputs)), ("SQLite", uri)):
            for function in ("runs", "history"):
                seconds, rows, size, peak = measure(source, function)
                print(f"{name:9} {function:9} {seconds:7.2f} {rows:8.0f} {size:9.0f} {peak:8.0f}")
                slow |= seconds > LIMITS[name]
    sys.exit(f"slower than {json.dumps(LIMITS)} seconds" if slow else 0)


if __name__ == "__main__":
    main()
