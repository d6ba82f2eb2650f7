"""Measure what a run, an epoch and a megabyte cost in an MLflow store: SQLite, or a server.

`python -m benchmarks.stores` measures a new SQLite file, `--uri http://HOST:PORT` a server (with
MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD). The records are copies of one real run. A
run is copied at once, as `experiments sync` does it; an epoch is sent alone, as while a run trains.
Seconds depend on what else the machine does, processor seconds less. With the process of the server
and of PostgreSQL (`--server PID PID`) theirs are printed, too.
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all its descendants."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text(encoding="ascii").split():
            yield from tree(int(child))


def processor_seconds(pids: Sequence[int]) -> float:
    """Return the processor seconds of processes and their descendants, ended ones included."""
    ticks = 0
    for pid in (each for top in pids for each in tree(top)):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def measured(what: str, n: int, servers: Sequence[int]) -> Iterator[None]:
    """Print the milliseconds of one of ``n`` things that are done in the context."""
    seconds, here, there = time.perf_counter(), time.process_time(), processor_seconds(servers)
    yield
    taken = (
        time.perf_counter() - seconds,
        time.process_time() - here,
        processor_seconds(servers) - there,
    )
    print(f"{what:22}", *(f"{1000 * each / n:9.1f}" for each in taken), flush=True)


def write_copies(folder: Path, n: int) -> Path:
    """Write the records of ``n`` runs of 30 epochs, with networks; return the outputs folder."""
    run = reading.one_run(folder / "one")
    (record,) = run_folders(folder / "one")
    for copy in reading.copies(run, n):
        reading.write_journal(folder / "copies", copy)
        shutil.copy(record / NETWORK, run_folder(folder / "copies", copy.start.identity))
    size = len((record / JOURNAL).read_bytes().split(b"\n")[1])
    print(f"bytes of an epoch in the journal: {size}")
    return folder / "copies"


def send_epochs(client: Any, run_id: str) -> None:
    """Send the 17 metrics of each epoch in a request of their own."""
    for step in range(1, N_EPOCHS + 1):
        metrics = [Metric(f"m{i}", step + i / 100, step, step) for i in range(17)]
        client.log_batch(run_id, metrics=metrics)


def main() -> None:
    """Print the costs."""
    parser = argparse.ArgumentParser(description="Measure an MLflow store.")
    parser.add_argument("--uri", help="the address of the store (default: a new SQLite file)")
    parser.add_argument("--server", type=int, nargs="+", default=[], metavar="PID")
    parser.add_argument("--runs", type=int, default=20, metavar="N")
    arguments = parser.parse_args()
    servers = arguments.server
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        uri = arguments.uri or f"sqlite:///{folder}/mlflow.db"
        client = open_store(uri)
        models.warm_up()
        place = None if arguments.uri else str(folder / "artifacts")
        experiment = client.create_experiment(f"stores {time.time()}", place)
        run_id = client.create_run(experiment).info.run_id
        outputs = write_copies(folder, arguments.runs)
        artifact = folder / "artifact"
        artifact.write_bytes(bytes(MEGABYTES * 1_000_000))
        print("milliseconds             elapsed  processor here  of the server")
        with measured("a run of 30 epochs", arguments.runs, servers):
            _, problems = sync(outputs, uri)
        if problems:
            raise SystemExit(f"error: {problems[0]}")
        with measured("an epoch sent alone", N_EPOCHS, servers):
            send_epochs(client, run_id)
        with measured("a megabyte of artifact", MEGABYTES, servers):
            client.log_artifact(run_id, str(artifact))


if __name__ == "__main__":
    main()
