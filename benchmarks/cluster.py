"""A cluster of Dask on this machine against the processes of `hydra/launcher=parallel`.

Two sweeps of tiny runs, a short one and a long one, are done by both, two runs at a time and each
run alone. The seconds of the short one are mostly those of the start. The difference between the
two sweeps is the cost of a run. The memory of a worker is that of all its processes, where pages
that several processes share are counted in parts (PSS).
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from experiments.configuration import PROJECT

DASK = Path(sys.executable).with_name("dask")
TINY = ("epochs=1", "dataset.train_size=10", "dataset.validation_size=10", "tracking=none")
ALONE = ("hydra.launcher.processes=2", "hydra.launcher.lockstep=1")
PATIENCE = 60
"""Seconds that the cluster may take to start."""


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield the address of a scheduler with two workers, and the process that starts these."""
    file = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    variables = {**os.environ, "EXPERIMENTS_CACHE": str(folder / "cache")}
    started = [DASK, "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", file]
    scheduler = subprocess.Popen(started, **quiet)  # type: ignore[call-overload]
    workers = None
    try:
        end = time.monotonic() + PATIENCE
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.1)
        address = str(json.loads(file.read_text(encoding="utf-8"))["address"])
        two = ("--nworkers", "2", "--nthreads", "1", "--no-dashboard")
        command = [DASK, "worker", address, *two, "--local-directory", folder]
        workers = subprocess.Popen(command, **quiet, env=variables)  # type: ignore[call-overload]
        yield address, workers.pid
    finally:
        for process in filter(None, (workers, scheduler)):
            process.send_signal(signal.SIGTERM)
            process.wait()


def seconds(launcher: Sequence[str], runs: int) -> float:
    """Return the seconds of a sweep. Raise subprocess.CalledProcessError if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["run.py", "-m", *launcher, *TINY, f"seed=range({runs})", f"outputs={folder}"]
        start = time.perf_counter()
        command = [sys.executable, *words]
        subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start


def memory(pid: int) -> int:
    """Return the bytes of a process and all its descendants (PSS)."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [child for task in tasks for child in task.read_text(encoding="utf-8").split()]
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    (pss,) = (line.split()[1] for line in rollup if line.startswith("Pss:"))
    return int(pss) * 1024 + sum(map(memory, map(int, children)))


def main() -> None:
    """Print a line for each launcher, and the memory of a worker of Dask."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="more runs in the long sweep")
    parser.add_argument("--rounds", type=int, default=3, help="turns, of which the fastest count")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder)) as (address, pid):
        launchers = {
            "parallel": ALONE,
            "dask": ("hydra/launcher=dask", f"hydra.launcher.scheduler={address}"),
        }
        seconds(launchers["dask"], 2)  # the data are cut once per host
        print(f"{'launcher':10}{'4 runs':>10}{f'{4 + arguments.runs} runs':>12}{'per run':>12}")
        for name, launcher in launchers.items():
            short, long = (
                min(seconds(launcher, runs) for _ in range(arguments.rounds))
                for runs in (4, 4 + arguments.runs)
            )
            each = 1000 * (long - short) / arguments.runs
            print(f"{name:10}{short:8.1f} s{long:10.1f} s{each:9.0f} ms")
        print(f"memory of a worker of Dask: {memory(pid) / 2 / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
