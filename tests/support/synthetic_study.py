"""Studies in a world in which the accuracy of a run is a function of its words and its seed.

Nothing is trained: a whole study takes about a second.
"""

import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import frames
import numpy as np
import pandas as pd

from experiments.comparison import Comparison
from experiments.results import RATE
from experiments.studying import Confirmed, Outcome, Result, Study, StudyJob, conduct
from experiments.studying.tuning import Searches

EPOCHS = 3
"""The epochs of each run."""
SEEDS = 2
"""The seeds of each value in stage 1."""
PRICE = EPOCHS * SEEDS
"""The epochs of a point."""
CLASSES = 10
DIVERGED = math.nan
"""The accuracy of a run that diverges."""
AXIS = {"low": 0.01, "high": 1, "points": 3}

Surface = Callable[[StudyJob], float]
"""The expected accuracy of a run, or `DIVERGED`."""


def node(**changes: Any) -> dict[str, Any]:
    """Return a file of conf/study/, with changes of its keys."""
    made: dict[str, Any] = {
        "name": "losses",
        "arms": {"loss": ["mse", "ce"]},
        "tune": {RATE: AXIS},
        "budget": "small",
        "metric": "test/accuracy",
        "margin": 0.1,
        "budgets": {"small": {"tuning_epochs": 7 * PRICE, "tuning_seeds": SEEDS, "most_seeds": 20}},
    }
    return {**made, **changes}


def budget(**changes: Any) -> dict[str, Any]:
    """Return the key `budgets` with changes of its only budget."""
    return {"small": {**node()["budgets"]["small"], **changes}}


def study(**changes: Any) -> Study:
    """Return a study, with changes of its keys."""
    return Study.of(node(**changes))


def peak(job: StudyJob, *, at: float = 0.1, height: float = 0.95) -> float:
    """Return an accuracy that falls by 1 point for each factor of 10 away from the best rate."""
    return height - 0.01 * abs(math.log10(job.point[0] / at))


def better(value: str, *, by: float) -> Surface:
    """Return a surface on which one loss is better than the other."""
    return lambda job: peak(job) + by * (f"loss={value}" in job.words)


@dataclass
class World:
    """Does the runs of a study at once: the accuracy is that of ``surface``, with noise.

    The noise has the standard deviation ``spread``, and is drawn from the words of a run, with its
    seed. Accuracies are rounded to ``digits``. ``asked`` are the parts that were asked for, each
    with whether the test set is opened. ``counted`` are the runs of each opening.
    """

    surface: Surface
    spread: float = 0.001
    digits: int = 4
    asked: list[tuple[list[StudyJob], bool]] = field(default_factory=list)
    counted: list[Sequence[str]] = field(default_factory=list)
    _rows: dict[StudyJob, dict[str, Any]] = field(default_factory=dict)
    _opened: set[StudyJob] = field(default_factory=set)

    def do(self, jobs: Sequence[StudyJob], *, score_test: bool = False) -> list[Result]:
        """Do the runs; return their results."""
        self.asked.append((list(jobs), score_test))
        for job in jobs:
            if job not in self._rows:
                self._rows[job] = self._run(job)
        self._opened |= set(jobs) if score_test else set()
        return [self._result(self._rows[job]) for job in jobs]

    def runs(self) -> pd.DataFrame:
        """Return the frame of the runs that were asked for."""
        return frames.frame(self._shown(job) for job in self.jobs)

    def restart(self) -> None:
        """Forget which runs were asked for, as a new process does; their results are kept."""
        self.asked.clear()

    @property
    def jobs(self) -> list[StudyJob]:
        """All jobs that were asked for, in their order, each once."""
        return list(dict.fromkeys(job for jobs, _ in self.asked for job in jobs))

    @property
    def words(self) -> list[tuple[str, ...]]:
        """The overrides of all jobs that were asked for, in their order."""
        return [job.words for jobs, _ in self.asked for job in jobs]

    def of_stage(self, stage: str) -> list[StudyJob]:
        """Return the jobs of a stage, each once."""
        return [job for job in self.jobs if job.stage == stage]

    def _run(self, job: StudyJob) -> dict[str, Any]:
        expected = self.surface(job)
        if math.isnan(expected):
            return frames.run(*job.words, status="diverged", validation=[])
        rng = np.random.default_rng([job.seed, zlib.crc32(" ".join(job.words).encode())])
        validation, test = np.round(expected + rng.normal(0, self.spread, 2), self.digits)
        return frames.run(
            *job.words, accuracy=float(test), validation=[0.5] * (EPOCHS - 1) + [float(validation)]
        )

    def _shown(self, job: StudyJob) -> dict[str, Any]:
        row = self._rows[job]
        return row if job in self._opened else frames.close([row])[0]

    def _result(self, row: dict[str, Any]) -> Result:
        diverged = row["status"] == "diverged"
        accuracy = 1 / CLASSES if diverged else row[frames.EPOCHS][-1]
        return Result(row["identity"], accuracy, EPOCHS)


@dataclass
class Shown:
    """Keeps what a study shows."""

    rounds_of_tuning: int = 0
    searches: Searches = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)

    def tuning(self, searches: Searches) -> None:
        """Count a round of stage 1."""
        self.rounds_of_tuning += 1

    def tuned(self, searches: Searches) -> None:
        """Keep the searches of stage 1."""
        self.searches = searches

    def round(self, number: int, comparison: Comparison) -> None:
        """Keep the number of a round of stage 2."""
        self.numbers.append(number)


def conducted(made: Study, world: World, show: Shown | None = None) -> Outcome:
    """Conduct a study in a world."""
    return conduct(
        made,
        world.do,
        epochs=EPOCHS,
        runs=world.runs,
        count_opening=world.counted.append,
        show=show or Shown(),
    )


def confirmed(outcome: Outcome) -> Confirmed:
    """Return the result of the stages 2 and 3 of a study that has them."""
    assert outcome.confirmed is not None
    return outcome.confirmed
