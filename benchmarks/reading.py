"""How long `experiments.results.results` takes for 1,000 runs of 30 epochs, and how much memory.

A real run of 30 epochs is made once, and its journal written 1,000 times with other seeds; the
same goes into an SQLite store through MLflow's own client. Each measurement is a process of its
own, so that its peak of memory is its own, and includes nothing that was imported for another.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlflow.entities import Metric, Param

from experiments.configuration.config import PROJECT
from experiments.mirror.store import open_store
from experiments.recording.journal import JOURNAL, Follower, encode
from experiments.recording.parameters import parameters
from experiments.recording.record import RUNS, Record, run_folders

MOST = {"journals": 3.0, "SQLite": 10.0}
"""Seconds that are good enough, for either function."""
MEASURE = """
import resource, sys, time
from pathlib import Path
from experiments.results import results
source = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
start = time.perf_counter()
frame = getattr(results, sys.argv[2])(source)
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
print(seconds, len(frame), frame.memory_usage(deep=True).sum() / 1e6, peak)
"""


def one_run(folder: Path) -> list[dict[str, Any]]:
    """Return the events of a real run on few images."""
    command = ["run.py", f"outputs={folder}", "tracking=none", "dataset.train_size=100"]
    subprocess.run([sys.executable, *command], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    return list(Follower(run_folders(folder)[0]).events())


def others(events: list[dict[str, Any]], n: int) -> Iterator[list[dict[str, Any]]]:
    """Yield ``n`` runs that are like the one, but for identity and seed."""
    start, *rest = events
    for seed in range(n):
        config = {**start["config"], "seed": seed}
        names = {"identity": f"{seed:016x}", "id": f"{seed:032x}", "config": config}
        yield [{**start, **names, "time": start["time"] + seed}, *rest]


def write_journal(folder: Path, events: list[dict[str, Any]]) -> None:
    """Write a run's journal below an outputs folder."""
    place = folder / RUNS / events[0]["identity"]
    place.mkdir(parents=True)
    (place / JOURNAL).write_bytes(b"".join(map(encode, events)))


def track(client: Any, experiment_id: str, events: list[dict[str, Any]]) -> None:
    """Put a run into MLflow, in the form that `experiments.results.results` reads."""
    start, record = events[0], Record.of(events, Path())
    tags = {"run": start["id"], "identity": start["identity"], "outcome": record.status}
    tags["data.sha256"] = start["dataset"]["sha256"]
    run_id = client.create_run(experiment_id, int(start["time"] * 1000), tags).info.run_id
    metrics = [
        Metric(name, value, 0, event.get("epoch", len(record.epochs)))
        for event in (*record.epochs, record.end)
        for name, value in event["metrics"].items()
    ]
    params = [Param(name, str(value)) for name, value in parameters(start).items()]
    client.log_batch(run_id, metrics=metrics, params=params)


def main() -> None:
    """Print seconds and memory of both functions and sources; exit with 1 if one is too slow."""
    parser = argparse.ArgumentParser(description="Time experiments.results.")
    parser.add_argument("--runs", type=int, default=1000, help="how many (default: 1000)")
    n_runs = parser.parse_args().runs
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        outputs, uri = Path(folder) / "outputs", f"sqlite:///{folder}/mlflow.db"
        events = one_run(Path(folder) / "one")
        client = open_store(uri)
        experiment_id = client.create_experiment("reading", folder)
        for each in others(events, n_runs):
            write_journal(outputs, each)
            track(client, experiment_id, each)
        print("source    function  seconds     rows  frame MB  peak MB")
        for name, source in (("journals", str(outputs)), ("SQLite", uri)):
            for function in ("runs", "history"):
                command = [sys.executable, "-c", MEASURE, source, function]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                seconds, rows, size, peak = map(float, done.stdout.split())
                print(f"{name:9} {function:9} {seconds:7.2f} {rows:8.0f} {size:9.0f} {peak:8.0f}")
                slow |= seconds > MOST[name]
    sys.exit(f"slower than {json.dumps(MOST)} seconds" if slow else 0)


if __name__ == "__main__":
    main()
