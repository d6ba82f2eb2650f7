"""Clusters of Dask on this machine against the processes of `hydra/launcher=parallel`.

`dask` is a scheduler with two workers that run already. `local` is Dask's LocalCluster, started and
ended with each sweep in its own process. Two sweeps of tiny runs, a short one and a long one, are
done by all, two runs at a time and each run alone. The seconds of the short one are mostly those of
the start. The difference between the two sweeps is the cost of a run. The memory of a worker is
that of all its processes, where pages that several processes share are counted in parts (PSS).

Then the cost of the engine: processor time of the scheduler, and bytes between scheduler, workers
and client, for each run and for each epoch that comes home. The bytes are those of the loopback
device, with those of other programs. `unshare --net` as root leaves these out:
unshare --net sh -c "ip link set lo up; .venv/bin/python -m benchmarks.cluster"
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
from dataclasses import dataclass
from pathlib import Path

from benchmarks.stores import processor_seconds
from experiments.configuration import PROJECT

DASK = Path(sys.executable).with_name("dask")
TINY = ("epochs=1", "dataset.train_size=10", "dataset.validation_size=10", "tracking=none")
ALONE = ("hydra.launcher.processes=2", "hydra.launcher.lockstep=1")
LOCAL = """
import runpy, sys
from distributed import LocalCluster

if __name__ == "__main__":
    places = {"local_directory": sys.argv.pop(1), "dashboard_address": None}
    with LocalCluster(n_workers=2, threads_per_worker=1, **places) as cluster:
        sys.argv[0] = "run.py"
        sys.argv.append(f"hydra.launcher.scheduler={cluster.scheduler_address}")
        runpy.run_path("run.py", run_name="__main__")
"""
PATIENCE = 60
"""Seconds that the cluster may take to start."""
POLL = 0.2
"""Seconds between two looks at the memory."""
EPOCHS = 20
"""Epochs of the runs whose epochs come home one by one."""


@dataclass(frozen=True)
class Running:
    """A running cluster: the address and process of the scheduler, the process of the workers."""

    address: str
    scheduler: int
    workers: int


@contextmanager
def cluster(folder: Path) -> Iterator[Running]:
    """Yield a scheduler with two workers."""
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
        yield Running(address, scheduler.pid, workers.pid)
    finally:
        for process in filter(None, (workers, scheduler)):
            process.send_signal(signal.SIGTERM)
            process.wait()


@dataclass(frozen=True)
class Launcher:
    """How a sweep is started: the words before those of `run.py -m`, and those of the launcher."""

    name: str
    program: tuple[str, ...]
    words: tuple[str, ...]

    def command(self, sweep: Sequence[str]) -> list[str]:
        """Return the command of a sweep."""
        return [sys.executable, *self.program, "-m", *self.words, *sweep]


def launchers(cluster: Running, folder: Path) -> list[Launcher]:
    """Return the three launchers."""
    dask = "hydra/launcher=dask"
    return [
        Launcher("parallel", ("run.py",), ALONE),
        Launcher("dask", ("run.py",), (dask, f"hydra.launcher.scheduler={cluster.address}")),
        Launcher("local", ("-c", LOCAL, str(folder)), (dask,)),
    ]


@contextmanager
def sweep(launcher: Launcher, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the process of a sweep, and wait for it. Exit if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        command = launcher.command([*TINY, *words, f"outputs={folder}/outputs"])
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=PROJECT, stdout=output, stderr=output)
        yield process
        if process.wait():
            sys.exit(f"{launcher.name}: {log.read_text(encoding='utf-8')}")


def seconds(launcher: Launcher, runs: int) -> float:
    """Return the seconds of a sweep of tiny runs."""
    start = time.perf_counter()
    with sweep(launcher, f"seed=range({runs})"):
        pass
    return time.perf_counter() - start


def memory(pid: int) -> int:
    """Return the bytes of a process and all its descendants (PSS); 0 if it has ended."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").glob("*/children"))
        children = [child for task in tasks for child in task.read_text(encoding="utf-8").split()]
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    pss = sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return pss * 1024 + sum(memory(int(child)) for child in children)


def most_memory(launcher: Launcher, runs: int) -> int:
    """Return the most bytes that a sweep and its workers have during the sweep."""
    most = 0
    with sweep(launcher, f"seed=range({runs})") as process:
        while process.poll() is None:
            most = max(most, memory(process.pid))
            time.sleep(POLL)
    return most


def network_bytes() -> int:
    """Return the bytes that the loopback device has received."""
    (line,) = (
        line
        for line in Path("/proc/net/dev").read_text(encoding="ascii").splitlines()
        if line.strip().startswith("lo:")
    )
    return int(line.split()[1])


def engine(launcher: Launcher, cluster: Running, *words: str) -> tuple[float, int]:
    """Return the processor seconds of the scheduler, and the bytes sent, in a sweep."""
    before = processor_seconds([cluster.scheduler]), network_bytes()
    with sweep(launcher, *words):
        pass
    return processor_seconds([cluster.scheduler]) - before[0], network_bytes() - before[1]


def print_engine(launcher: Launcher, cluster: Running, runs: int) -> None:
    """Print the cost of the engine for a run, and for an epoch that comes home."""
    epoch = ("dataset.train_size=20000", "seed=1,2")
    pairs = {
        "a run of one epoch": (["seed=1,2"], [f"seed=range({runs + 2})"], runs),
        "an epoch more": (
            [*epoch, "epochs=2"],
            [*epoch, f"epochs={2 + EPOCHS}"],
            2 * EPOCHS,
        ),
    }
    print("scheduler: processor time and bytes sent")
    for name, (few, many, n) in pairs.items():
        short, long = (engine(launcher, cluster, *words) for words in (few, many))
        processor, sent = (long[0] - short[0]) / n, (long[1] - short[1]) / n
        print(f"{name:20}{1000 * processor:6.1f} ms{sent / 1e3:9.0f} kB")


def print_launchers(found: Sequence[Launcher], cluster: Running, runs: int, rounds: int) -> None:
    """Print the seconds, the cost of a run and the memory of each launcher."""
    long = 4 + runs
    print(f"{'launcher':10}{'4 runs':>10}{f'{long} runs':>12}{'per run':>12}{'memory':>12}")
    times: dict[tuple[str, int], list[float]] = {
        (each.name, n): [] for each in found for n in (4, long)
    }
    for _ in range(rounds):
        for each in found:
            for n in (4, long):
                times[each.name, n].append(seconds(each, n))
    for each in found:
        least, most = (min(times[each.name, n]) for n in (4, long))
        held = most_memory(each, 10) + (memory(cluster.workers) if each.name == "dask" else 0)
        print(
            f"{each.name:10}{least:8.1f} s{most:10.1f} s{1000 * (most - least) / runs:9.0f} ms"
            f"{held / 1e6:9.0f} MB",
            flush=True,
        )
    print("(memory: the sweep and its two workers, at most)")
    print(f"a worker of dask: {memory(cluster.workers) / 2 / 1e6:.0f} MB")


def main() -> None:
    """Print a line for each launcher, and the costs of the engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="more runs in the long sweep")
    parser.add_argument("--rounds", type=int, default=3, help="turns, of which the fastest count")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, cluster(Path(folder)) as running:
        found = launchers(running, Path(folder))
        dask = found[1]
        seconds(dask, 2)  # the data are cut once per host
        print_launchers(found, running, arguments.runs, arguments.rounds)
        print_engine(dask, running, arguments.runs)


if __name__ == "__main__":
    main()
