"""A step of the replay: how much was due, how late it arrived, and who was busy meanwhile."""

import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np

SHARE = 0.95
"""A server keeps up with a step if this share of what was due is done, or begun, at its end."""


@dataclass(frozen=True)
class Processors:
    """Processors that were busy on average. ``all`` has those of other programs, too."""

    writers: float
    server: float
    postgresql: float
    all: float


@dataclass(frozen=True)
class Step:
    """One rate of a load. ``p50`` to ``p99`` are seconds from when something was due to its end.

    ``rate`` and ``done`` are per second, ``left`` is what was due and not done when the step ended.
    """

    load: str
    rate: float
    done: float
    p50: float
    p95: float
    p99: float
    left: int
    processors: Processors

    @property
    def keeps_up(self) -> bool:
        """Whether the server took what was due."""
        return self.done >= SHARE * self.rate


def lateness(due: Sequence[float], ended: Sequence[float], seconds: float) -> list[float]:
    """Return how many seconds after its time each thing was done, those left undone last.

    ``due`` are the times of all things in order, ``ended`` those at which the first of them were
    done, in a step of so many ``seconds``. What is left undone is as late as the end of the step:
    it would be later.
    """
    done = [end - at for at, end in zip(due, ended, strict=False)]
    return done + [seconds - at for at in due[len(ended) :]]


def summary(
    load: str,
    seconds: float,
    shares: Sequence[tuple[Sequence[float], Sequence[float]]],
    processors: Processors,
) -> Step:
    """Return the numbers of a step from the times, due and ended, of each writer."""
    late = [each for due, ended in shares for each in lateness(due, ended, seconds)]
    done = sum(len(ended) for _, ended in shares)
    p50, p95, p99 = (float(np.percentile(late, q)) for q in (50, 95, 99))
    return Step(
        load, len(late) / seconds, done / seconds, p50, p95, p99, len(late) - done, processors
    )


def knee(steps: Sequence[Step]) -> Step | None:
    """Return the last step before the first that does not keep up; None without such a step."""
    first = next((i for i, step in enumerate(steps) if not step.keeps_up), 0)
    return steps[first - 1] if first else None


def write_csv(path: Path, steps: Sequence[Step]) -> None:
    """Write a line for each step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        names = [field.name for field in fields(Step) if field.name != "processors"]
        parts = [field.name for field in fields(Processors)]
        writer = csv.DictWriter(file, [*names, *parts])
        writer.writeheader()
        for step in steps:
            row = asdict(step)
            row |= row.pop("processors")
            writer.writerow({name: _rounded(value) for name, value in row.items()})


def _rounded(value: float | str) -> float | str:
    return round(value, 3) if isinstance(value, float) else value
