"""Measure the sweep with four programs, print the table, write `verdict.json`.

Usage: ``python -m benchmarks.verdict [--seeds N] [--epochs N] [--rounds N] [--output FOLDER]``

The exit code is 1 if a ratio of the whole sweep is above its limit, or if the accuracies differ.
"""

import experiments.startup  # noqa: F401, I001 - before NumPy
import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.speed.machine import Machine, this_machine
from benchmarks.speed.spread import spread
from benchmarks.verdict.measuring import (
    BACKENDS,
    EPOCHS,
    LIMITS,
    PROGRAMS,
    SEEDS,
    Ratio,
    Timing,
    Turn,
    differing_accuracies,
    means,
    measure,
    ratio,
)
from benchmarks.verdict.script import PROCESSES
from experiments.configuration import PROJECT


@dataclass(frozen=True)
class Report:
    """The content of `verdict.json`. ``load_at_end`` is as `Machine.load`, after the last round."""

    machine: Machine
    load_at_end: tuple[float, ...]
    seeds: int
    epochs: int
    timings: tuple[Timing, ...]
    ratios: tuple[Ratio, ...]
    failures: tuple[str, ...]


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """Return the options; exit if they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.verdict", description="Compare seconds from command to verdict."
    )
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"per arm (default: {SEEDS})")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=f"default: {EPOCHS}")
    parser.add_argument("--rounds", type=int, default=1, help="default: 1")
    parser.add_argument(
        "--output", type=Path, default=PROJECT / "outputs" / "bench", help="the folder of the file"
    )
    options = parser.parse_args(given)
    if options.seeds < 2 or options.epochs < 1 or options.rounds < 1:
        parser.error("there must be at least 2 seeds, 1 epoch and 1 round")
    return options


def use_two_cores() -> None:
    """Run this process and its children on two processors, if the system has such a call."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:PROCESSES])


def measure_all(seeds: int, epochs: int, rounds: int) -> list[Timing]:
    """Run the programs in turns."""
    turns: dict[str, list[Turn]] = {program: [] for program in PROGRAMS}
    for number in range(1, rounds + 1):
        for program, own in turns.items():
            print(f"  round {number}: {program}", flush=True)
            own.append(measure(program, seeds=seeds, epochs=epochs))
    return [Timing.of(program, own) for program, own in turns.items()]


def ratios_of(timings: Sequence[Timing], *, whole: bool) -> list[Ratio]:
    """Return the ratios of ours to the others; the limits hold for the ``whole`` sweep only."""
    ours = [each for each in timings if each.program in BACKENDS]
    others = [each for each in timings if each.program not in BACKENDS]
    return [
        ratio(a, b, LIMITS.get((a.program, b.program)) if whole else None)
        for a in ours
        for b in others
    ]


def table(timings: Sequence[Timing], ratios: Sequence[Ratio]) -> Iterator[str]:
    """Yield the lines of the tables: of the seconds, and of the accuracies."""
    yield ""
    yield f"{'':24}{'seconds':24}{'of the processor':24}"
    for each in timings:
        yield f"{each.program:24}{spread(each.seconds, 1):24}{spread(each.processor_seconds, 1)}"
    yield ""
    yield f"{'':24}{'ratio':20}{'limit':16}{'ratio, processor'}"
    for row in ratios:
        limit = "" if row.limit is None else f"{row.limit:.2f} {'met' if row.met else 'MISSED'}"
        line = f"{f'{row.ours} / {row.theirs}':24}{spread(row.seconds, 2):20}{limit:16}"
        yield line + spread(row.processor_seconds, 2)
    yield ""
    yield f"{'accuracy':10}{''.join(f'{each.program:13}' for each in timings)}".rstrip()
    for arm in dict.fromkeys(each.arm for each in timings[0].results):
        yield f"{arm:10}{''.join(f'{each:<13.2%}' for each in means(arm, *timings))}".rstrip()


def main(given: Sequence[str]) -> int:
    """Return the exit code: 1 if a ratio is above its limit or accuracies differ."""
    options = arguments(given)
    use_two_cores()
    machine = this_machine(core=None)
    print(machine)
    print(f"\nFrom the command to the verdict, 4 arms x {options.seeds} seeds x", end=" ")
    print(f"{options.epochs} epochs. Minimum - median - maximum of {options.rounds}. Progress:")
    timings = measure_all(options.seeds, options.epochs, options.rounds)
    whole = options.seeds >= SEEDS and options.epochs >= EPOCHS
    ratios = ratios_of(timings, whole=whole)
    print(*table(timings, ratios), sep="\n")
    failures = [
        f"{each.ours} / {each.theirs} is {median(each.seconds):.2f}, above its limit"
        f" {each.limit:.2f}"
        for each in ratios
        if each.limit is not None and not each.met
    ] + [each for other in timings[1:] for each in differing_accuracies(timings[0], other)]
    report = Report(
        machine=machine,
        load_at_end=os.getloadavg(),
        seeds=options.seeds,
        epochs=options.epochs,
        timings=tuple(timings),
        ratios=tuple(ratios),
        failures=tuple(failures),
    )
    options.output.mkdir(parents=True, exist_ok=True)
    written = options.output / "verdict.json"
    written.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    print(f"\nwritten: {written}")
    fine = "All limits are met." if whole else "The limits are for the whole sweep only."
    print(*(failures or [fine]), sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
