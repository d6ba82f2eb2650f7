"""Repeat a recorded run and compare the metrics, for `experiments repeat`."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from experiments.configuration import rebuild
from experiments.interruption import Interruption
from experiments.recording import End, Event, Record, Status
from experiments.running.environment import environment
from experiments.running.identity import differences, origin
from experiments.running.job import Job
from experiments.running.run import run
from experiments.training import CLOCK


@dataclass(frozen=True)
class Repetition:
    """The comparison of a recorded run with its repetition, in sentences."""

    n_epochs: int
    tested: bool  # the run has metrics of the test set
    differing: list[str]  # where the metrics differ; empty if they are equal to the last bit
    changed: list[str] = field(default_factory=list)  # differences of code, data, environment

    @property
    def identical(self) -> bool:
        """Return whether every metric is the same to the last bit."""
        return not self.differing

    def __str__(self) -> str:
        if self.identical:
            test = " and of the test set" if self.tested else ""
            return f"bit-identical: every metric of {self.n_epochs} epochs{test}"
        changed = self.changed or ["none of code, data, configuration and versions"]
        lines = ["not identical:", *(f"  {each}" for each in self.differing)]
        return "\n".join(
            [*lines, "changed since the recorded run:", *(f"  {each}" for each in changed)]
        )


def repeat(
    record: Record, *, show: Callable[[Event], None], interruption: Interruption
) -> Repetition:
    """Repeat a recorded run in a temporary folder, and compare its metrics with the record.

    ``show`` receives the events of the repetition. The test set is opened only if the run has ended
    and had opened it. Raise UserError if the recorded configuration or
    its data cannot be used any more.
    """
    start = record.start
    experiment = rebuild(start.config)
    with tempfile.TemporaryDirectory() as folder:
        job = Job(
            name=start.name,
            overrides=start.overrides,
            choices=start.choices,
            config=start.config,
            experiment=experiment,
            origin=origin(experiment),
            outputs=Path(folder),
            checkpoint_every=experiment.epochs,
            score_test=record.final and not record.untested,
        )
        events = []
        for event in run(job, interruption=interruption):
            show(event)
            events.append(event)
    repeated = Record.of(events, job.folder)
    differing = compare_metrics(record, repeated) if repeated else ["the run recorded nothing"]
    changed = differences(start.origin, job.origin) if differing else []
    if differing:
        changed += _changes(start.environment, environment())
    return Repetition(
        n_epochs=len(repeated.epochs) if repeated else 0,
        tested=record.status is Status.FINISHED and not record.untested,
        differing=differing,
        changed=changed,
    )


def compare_metrics(record: Record, repeated: Record) -> list[str]:
    """Return a sentence for each difference in the metrics of two records, speed excluded."""
    found = []
    for before, now in zip(record.epochs, repeated.epochs, strict=False):
        names = _differing(before.metrics, now.metrics)
        if names:
            found.append(f"from epoch {before.epoch}: {', '.join(names)}")
            break
    if len(record.epochs) > len(repeated.epochs):
        found.append(
            f"the record has {len(record.epochs)} epochs, the repetition {len(repeated.epochs)}"
        )
    if record.final and record.end:
        before_end, now_end = _results(record.end), _results(repeated.end)
        names = _differing(before_end, now_end)
        found += [f"at the end: {', '.join(names)}"] if names else []
        if record.status != repeated.status:
            found.append(
                f"the record has the status {record.status}, the repetition {repeated.status}"
            )
    return found


def _results(end: End | None) -> dict[str, float | bytes]:
    """Return the metrics of the test set, and which of its images are classified correctly."""
    return {**end.metrics, **end.correct_images} if end else {}


def _differing(before: Mapping[str, float | bytes], now: Mapping[str, float | bytes]) -> list[str]:
    names = sorted({*before, *now} - {*CLOCK})
    return [name for name in names if before.get(name) != now.get(name)]


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return a sentence for each changed part of the environment."""
    names = sorted({*before, *now} - {"user"})
    return [
        f"{name} was {before.get(name)}, is {now.get(name)}"
        for name in names
        if before.get(name) != now.get(name)
    ]
