"""The runs of a study, as overrides, and how it gets them done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from experiments.configuration import GROUPS, override, short_form
from experiments.recording import STAGE
from experiments.studying.result import Result
from experiments.studying.search import Point
from experiments.studying.study import SEED, Cell, Study

TUNING = "tuning"
"""The first stage. The second is `CONFIRMATION`; the third trains nothing."""


@dataclass(frozen=True)
class StudyJob:
    """A run of a study."""

    cell: Cell
    point: Point
    seed: int
    stage: str
    words: tuple[str, ...]  # its overrides, without those of every run

    @property
    def name(self) -> str:
        """The name of the run in the study."""
        shown = [short_form(word, GROUPS) for word in self.words[len(self.cell.words) :]]
        return " ".join([self.cell.name, *shown])

    @property
    def tags(self) -> dict[str, str]:
        """The tags by which MLflow groups the runs."""
        return {STAGE: self.stage, "arm": " ".join(self.cell.arm)}


class Do(Protocol):
    """Does runs, those that are not done yet, and returns the result of each."""

    def __call__(self, jobs: Sequence[StudyJob], *, score_test: bool = False) -> Sequence[Result]:
        """Raise UserError if a run failed; a run that diverged has a result like any other."""


def job(study: Study, cell: Cell, point: Point, seed: int, *, stage: str) -> StudyJob:
    """Return the run of an arm in a block, at a point and with a seed."""
    words = [
        *cell.words,
        *(
            axis.override(name, value)
            for (name, axis), value in zip(study.tune.items(), point, strict=True)
        ),
        override(SEED, seed),
    ]
    return StudyJob(cell, point, seed, stage, tuple(words))
