"""Measure what a run, an epoch and a megabyte cost in an MLflow store: SQLite, or a server.

`python -m benchmarks.stores` measures a new SQLite file, `--uri http://HOST:PORT` a server (with
MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD). The records are copies of one real run. A
run is copied at once, as `experiments sync` does it; an epoch is sent alone, as while a run trains.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from mlflow.entities import Metric

from benchmarks import reading
from experiments.mirror import models, open_store, sync
from experiments.recording import JOURNAL, NETWORK, run_folder, run_folders

N_EPOCHS = 200
"""Epochs that are sent alone."""
MEGABYTES = 16
"""The size of the artifact."""
ROUNDS = 3


def seconds_per_run(folder: Path, uri: str, n: int) -> float:
    """Return the seconds of each of ``n`` runs of 30 epochs, with figures and network."""
    run = reading.one_run(folder / "one")
    (record,) = run_folders(folder / "one")
    outputs = folder / "copies"
    for copy in reading.copies(run, n):
        reading.write_journal(outputs, copy)
        shutil.copy(record / NETWORK, run_folder(outputs, copy.start.identity))
    line = max(len(each) for each in (record / JOURNAL).read_bytes().split(b"\n")[1:-2])
    print(f"bytes of an epoch in the journal: {line}")
    begin = time.perf_counter()
    done, problems = sync(outputs, uri)
    seconds = time.perf_counter() - begin
    if problems:
        raise SystemExit(f"error: {problems[0]}")
    print(done[0])
    return seconds / n


def seconds_per_epoch(client: Any, run_id: str) -> float:
    """Return the median of the seconds for the 17 metrics of an epoch in one request."""
    taken = []
    for step in range(1, N_EPOCHS + 1):
        metrics = [Metric(f"m{i}", step + i / 100, step, step) for i in range(17)]
        begin = time.perf_counter()
        client.log_batch(run_id, metrics=metrics)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def seconds_per_megabyte(client: Any, run_id: str, folder: Path) -> float:
    """Return the least seconds per megabyte of an artifact."""
    file = folder / "artifact"
    file.write_bytes(bytes(MEGABYTES * 1_000_000))
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        client.log_artifact(run_id, str(file))
        taken.append(time.perf_counter() - begin)
    return min(taken) / MEGABYTES


def main() -> None:
    """Print the three costs."""
    parser = argparse.ArgumentParser(description="Measure an MLflow store.")
    parser.add_argument("--uri", help="the address of the store (default: a new SQLite file)")
    parser.add_argument("--runs", type=int, default=20, metavar="N")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        uri = arguments.uri or f"sqlite:///{folder}/mlflow.db"
        client = open_store(uri)
        models.warm_up()
        of_run = seconds_per_run(folder, uri, arguments.runs)
        place = None if arguments.uri else str(folder / "artifacts")
        experiment = client.create_experiment(f"stores {time.time()}", place)
        run_id = client.create_run(experiment).info.run_id
        of_epoch = seconds_per_epoch(client, run_id)
        of_megabyte = seconds_per_megabyte(client, run_id, folder)
    print("a run of 30 epochs  an epoch sent alone  a megabyte of artifact")
    print(f"{1000 * of_run:15.0f} ms {1000 * of_epoch:17.1f} ms {1000 * of_megabyte:19.1f} ms")


if __name__ == "__main__":
    main()
