"""Measure, print the tables, write `latest.json` and `latest.png`.

Usage: ``python -m benchmarks.speed [--rounds N] [--images N] [--drawn N] [--output FOLDER]``

The exit code is 1 if a ratio is above its limit, or if an accuracy differs.
"""

from benchmarks.speed.one_core import CORE  # noqa: I001 - before everything else
import experiments.startup  # noqa: F401 - before NumPy
import argparse
import gc
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.speed.drawn import drawn
from benchmarks.speed.figure import draw
from benchmarks.speed.machine import Machine, this_machine
from benchmarks.speed.measuring import SAME_ACCURACY, Measurement, measure
from benchmarks.speed.printing import tables
from benchmarks.speed.workloads import WORKLOADS, first, mnist
from experiments.configuration import PROJECT


@dataclass(frozen=True)
class Report:
    """The content of `latest.json`. Seconds are processor time on one core."""

    machine: Machine
    rounds: int
    most_images: int | None
    same_accuracy: float
    measurements: tuple[Measurement, ...]
    failures: tuple[str, ...]


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """Return the options; exit if they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed", description="Compare seconds per epoch on one core."
    )
    parser.add_argument("--rounds", type=int, default=5, help="epochs that count (default: 5)")
    parser.add_argument("--images", type=int, help="use only so many images (default: all)")
    parser.add_argument(
        "--drawn", type=int, default=0, help="measure so many networks of random shapes instead"
    )
    parser.add_argument(
        "--output", type=Path, default=PROJECT / "outputs" / "bench", help="the folder of the files"
    )
    options = parser.parse_args(given)
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if options.images is not None and options.images < 1000:
        parser.error("--images must be at least 1000")
    return options


def main(given: Sequence[str]) -> int:
    """Return the exit code: 1 if a ratio is above its limit or an accuracy differs."""
    options = arguments(given)
    machine = this_machine(CORE)
    print(machine)
    print(f"Minimum - median - maximum of {options.rounds} epochs. Progress:", flush=True)
    data, measurements = mnist(), []
    for workload in drawn(options.drawn) or WORKLOADS:
        images = first(data[workload.images], options.images or workload.images)
        print(f"  {workload}, {len(images):,} images", flush=True)
        measurements.append(measure(workload, images, options.rounds))
        gc.collect()
    print(*tables(measurements), sep="\n")
    failures = [failure for each in measurements for failure in each.failures]
    report = Report(
        machine=machine,
        rounds=options.rounds,
        most_images=options.images,
        same_accuracy=SAME_ACCURACY,
        measurements=tuple(measurements),
        failures=tuple(failures),
    )
    options.output.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.format(msgspec.json.encode(report))
    (options.output / "latest.json").write_bytes(encoded)
    draw(measurements, machine, options.output / "latest.png")
    print(f"\nwritten: {options.output / 'latest.json'}, {options.output / 'latest.png'}")
    print(*(failures or ["All limits are met."]), sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
