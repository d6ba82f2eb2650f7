"""Find the knee of a real server under the writers of a large study, and draw it.

Usage: ``python -m benchmarks.replay [--seconds S] [--journals N] [--writers N] [--output FOLDER]``

A server is started in a temporary folder, with PostgreSQL and users. Two loads are replayed, each
in steps that become faster by half. A thing is due at a time that does not depend on the server, so
its wait for a writer counts, too. The replay of a load ends two steps after its knee. Writers,
server and database share this machine.
"""

import argparse
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib as mpl

from benchmarks import reading
from benchmarks.replay.figure import draw
from benchmarks.replay.loads import Epochs, Load, Runs, create_runs, send_all, shares
from benchmarks.replay.step import SHARE, Processors, Step, knee, summary, write_csv
from benchmarks.replay.team_server import Server, team_server
from benchmarks.stores import processor_seconds
from experiments.configuration import PROJECT
from experiments.mirror import models

FACTOR = 1.5
MOST_STEPS = 10
BEYOND = 2
"""Steps after the knee."""
FIRST_EPOCHS, FIRST_RUNS = 4.0, 0.25
"""The first rates, per second."""
HEAD = f"{'load':14} {'rate':>6} {'done':>6} {'p50':>6} {'p95':>6} {'p99':>6} {'left':>4}"
BUSY = ("writ", "serv", "postg", "all")


def busy_processors(seconds: float, server: Server) -> Processors:
    """Wait so many seconds; return the processors that were busy meanwhile."""
    parts = {"writers": os.getpid(), "server": server.pid, "postgresql": server.database_pid}
    before = {name: processor_seconds([pid]) for name, pid in parts.items()}
    whole, start = _machine_seconds(), time.monotonic()
    time.sleep(seconds)
    taken = time.monotonic() - start
    busy = {name: (processor_seconds([pid]) - before[name]) / taken for name, pid in parts.items()}
    busy["writers"] -= busy["server"]  # the server is a descendant of this process, too
    return Processors(**busy, all=(_machine_seconds() - whole) / taken)


def _machine_seconds() -> float:
    """Return the seconds that the processors of this machine have been busy."""
    with Path("/proc/stat").open(encoding="ascii") as file:
        user, nice, system, _idle, _waiting, *interrupts = map(int, file.readline().split()[1:8])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def replay(
    load: Load, rate: float, seconds: float, writers: int, watch: Callable[[], Processors]
) -> Iterator[Step]:
    """Yield the steps of a load, from ``rate`` per second on."""
    first, late = 0, 0
    for _ in range(MOST_STEPS):
        parts = shares(first, rate, seconds, writers)
        load.prepare([number for part in parts for number in part.numbers])
        sent, processors = send_all(load, parts, seconds, watch)
        times = [(part.due, each.ended) for part, each in zip(parts, sent, strict=True)]
        step = summary(load.name, seconds, times, processors)
        yield step
        first += sum(len(part.numbers) for part in parts)
        late += not step.keeps_up
        if late > BEYOND - 1:
            return
        rate *= FACTOR


def line(step: Step) -> str:
    """Return a step as a line of the table."""
    busy = step.processors
    parts = (busy.writers, busy.server, busy.postgresql, busy.all)
    return (
        f"{step.load:14} {step.rate:6.2f} {step.done:6.1f} {step.p50:6.2f} {step.p95:6.2f}"
        f" {step.p99:6.2f} {step.left:4d}" + "".join(f" {each:5.2f}" for each in parts)
    )


def main() -> None:
    """Print a table and the knees; write `replay.csv` and `replay.png`."""
    parser = argparse.ArgumentParser(description="Find the knee of a server.")
    parser.add_argument("--seconds", type=float, default=15, help="of a step (default: 15)")
    parser.add_argument("--journals", type=int, default=2000, help="runs that train at once")
    parser.add_argument("--writers", type=int, default=8, help="processes that send")
    parser.add_argument("--output", type=Path, default=PROJECT / "outputs" / "bench")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the server has to end, too
    mpl.use("agg")
    with tempfile.TemporaryDirectory() as name, team_server() as server:
        models.warm_up()
        run = reading.one_run(Path(name) / "one")
        run_ids = create_runs(server.address, given.journals)
        loads: list[tuple[Load, float]] = [
            (Epochs(server.address, run, run_ids), FIRST_EPOCHS),
            (Runs(server.address, run, Path(name)), FIRST_RUNS),
        ]
        print("per second; seconds until done; left undone; busy processors")
        print(HEAD + "".join(f" {each:>5}" for each in BUSY), flush=True)
        steps = []
        for load, rate in loads:
            found = []
            watch = lambda: busy_processors(given.seconds, server)  # noqa: E731 - one use
            for step in replay(load, rate, given.seconds, given.writers, watch):
                print(line(step), flush=True)
                found.append(step)
            last = knee(found)
            print(f"knee: {last.rate:.1f} per second" if last else "knee: not among these rates")
            steps += found
    load_now = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"(the last rate of which {SHARE:.0%} were done in time; load of the machine {load_now})")
    write_csv(given.output / "replay.csv", steps)
    draw(steps, given.output / "replay.png")


if __name__ == "__main__":
    main()
