"""Simulate whole studies of two equal arms, tuning included, and count those with a winner.

`python benchmarks/study_validity.py` prints the table of docs/statistics.md, `--studies N` with N
studies a line. The accuracy of a run is a parabola of the logarithm of its learning rate, with
normal noise that is drawn for each run. Both arms have the same parabola, so each winner is wrong.
But tuning may give the arms different rates, one of which is really better: the verdicts that are
wrong about the rates, too, have a column of their own.
"""

import argparse
import math
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from experiments import results
from experiments.comparison import Comparison, Verdict
from experiments.configuration import PROJECT
from experiments.results import RATE, VALIDATION
from experiments.studying import Cell, Result, Study, StudyJob, conduct
from experiments.studying.tuning import Searches

SPREAD = 0.002
"""The standard deviation of the accuracy over seeds."""
STEP = math.log(10) / 2
"""The logarithm of the ratio of two neighbours on the coarse grid."""
EPOCHS = 3
COLUMNS = ("response surface", "tuning seeds", "most seeds", "studies")
COUNTS = ("winners", "share", "wrong about the rates", "decided", "seeds")
BETTER = (Verdict.A_BETTER, Verdict.B_BETTER)


@dataclass(frozen=True)
class Case:
    """One line of the table: a parabola with its peak at a rate, and how much a study may train.

    ``fall`` is the accuracy that is lost one step of the coarse grid below the peak. The same is
    lost above the peak, unless ``above`` says otherwise.
    """

    words: str
    fall: float
    above: float | None = None
    peak: float = 0.1
    tuning_seeds: int = 2
    most_seeds: int = 20

    def accuracy(self, rate: float) -> float:
        """Return the expected accuracy at a learning rate."""
        steps = math.log(rate / self.peak) / STEP
        fall = self.fall if self.above is None or steps < 0 else self.above
        return max(0.1, 0.95 - fall * steps**2)

    @property
    def study(self) -> Study:
        """The study, whose budget pays for nine values."""
        budget = {
            "tuning_epochs": 9 * EPOCHS * self.tuning_seeds,
            "tuning_seeds": self.tuning_seeds,
            "most_seeds": self.most_seeds,
        }
        node = {
            "name": "equal",
            "arms": {"loss": ["ce", "mse"]},
            "tune": {RATE: {"low": 0.01, "high": 1, "points": 5}},
            "metric": "test/accuracy",
            "margin": 0.1,
            "budget": "simulated",
            "budgets": {"simulated": budget},
        }
        return Study.of(node)


CASES = (
    Case("flat", 0),
    Case("falls by 0.1 points", 0.001),
    Case("falls by 0.5 points", 0.005),
    Case("falls by 2 points", 0.02),
    Case("falls by 2 points, peak off the grid", 0.02, peak=0.13),
    Case("falls by 0.5 points", 0.005, tuning_seeds=3, most_seeds=40),
    Case("falls by 2 points", 0.02, tuning_seeds=3, most_seeds=40),
    Case("falls by 2 points, peak off the grid", 0.02, peak=0.13, tuning_seeds=3, most_seeds=40),
    Case("falls by 0.4 points, above by 3", 0.004, above=0.03, tuning_seeds=3, most_seeds=40),
    Case("falls by 0.4 points, above by 200", 0.004, above=2.0, tuning_seeds=3, most_seeds=40),
)


@dataclass
class World:
    """Does the runs of a study: it draws their accuracies."""

    case: Case
    rng: np.random.Generator
    _accuracies: dict[StudyJob, tuple[float, float]] = field(default_factory=dict)
    _opened: bool = False

    def do(self, jobs: Sequence[StudyJob], *, score_test: bool = False) -> list[Result]:
        """Return the results of runs."""
        self._opened = score_test
        for job in jobs:
            if job not in self._accuracies:
                expected = self.case.accuracy(job.point[0])
                validation, test = expected + self.rng.normal(0, SPREAD, 2)
                self._accuracies[job] = validation, test
        return [Result(" ".join(job.words), self._accuracies[job][0], EPOCHS) for job in jobs]

    def runs(self) -> pd.DataFrame:
        """Return the frame of the runs so far."""
        jobs = list(self._accuracies)
        losses = [job.cell.arm[0].removeprefix("loss=") for job in jobs]
        tested = [self._opened and job.stage == "confirmation" for job in jobs]
        drawn = np.array(list(self._accuracies.values()))
        test = np.where(tested, drawn[:, 1], math.nan)
        columns = {
            "identity": [" ".join(job.words) for job in jobs],
            "seed": [job.seed for job in jobs],
            RATE: [job.point[0] for job in jobs],
            VALIDATION: drawn[:, 0],
            "test/accuracy": test,
            "best_epoch/test/accuracy": test,
        }
        return TEMPLATES.loc[losses].reset_index(drop=True).assign(**columns)


class Silent:
    """Shows nothing."""

    def tuning(self, searches: Searches) -> None:
        """Show nothing."""

    def tuned(self, searches: Searches) -> None:
        """Show nothing."""

    def round(self, number: int, comparison: Comparison) -> None:
        """Show nothing."""


@dataclass(frozen=True)
class Simulated:
    """The end of a simulated study."""

    winner: bool
    wrong_about_rates: bool
    decided: bool
    seeds: int


def simulate(case: Case, number: int) -> Simulated:
    """Simulate the study of a case with this number."""
    world = World(case, np.random.default_rng([number, CASES.index(case)]))
    outcome = conduct(
        case.study,
        world.do,
        epochs=EPOCHS,
        runs=world.runs,
        count_opening=lambda _: None,
        show=Silent(),
    )
    assert outcome.confirmed is not None  # noqa: S101 - the budget of each case has seeds for it
    (row,) = outcome.confirmed.comparison.rows
    ahead = _advantage(case, {cell: each.best[0] for cell, each in outcome.searches.items()})
    wrong = (row.verdict is Verdict.A_BETTER and ahead <= 0) or (
        row.verdict is Verdict.B_BETTER and ahead >= 0
    )
    return Simulated(
        winner=row.verdict in BETTER,
        wrong_about_rates=wrong,
        decided=row.verdict is not Verdict.UNDECIDED,
        seeds=row.seeds,
    )


def _advantage(case: Case, rates: dict[Cell, float]) -> float:
    """Return by how much cross-entropy, arm A, is really better at the rates that were chosen."""
    ce, mse = (case.accuracy(rate) for rate in rates.values())
    return ce - mse


def templates() -> pd.DataFrame:
    """Return a run of each loss with SGD, by the loss."""
    runs = results.runs(
        PROJECT / "notebooks" / "sgd_vs_adam", architecture="784-30-10", optimizer="sgd"
    )
    one = runs.drop(columns="outputs", errors="ignore").drop_duplicates("loss")
    return one.set_index(one["loss"].astype(str).rename("key"))


TEMPLATES = templates()


def line(case: Case, simulated: Iterable[Simulated]) -> str:
    """Return the line of the table for a case."""
    found = pd.DataFrame(list(simulated))
    return (
        f"| {case.words} | {case.tuning_seeds} | {case.most_seeds} | {len(found)} |"
        f" {found['winner'].sum()} | {found['winner'].mean():.1%} |"
        f" {found['wrong_about_rates'].sum()} |"
        f" {found['decided'].mean():.0%} | {found['seeds'].mean():.1f} |"
    )


def main() -> None:
    """Simulate all cases and print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--studies", type=int, default=100, help="simulated studies per line")
    parser.add_argument(
        "--most-seeds", type=int, nargs="+", default=[20, 40], help="only lines with these numbers"
    )
    arguments = parser.parse_args()
    studies = arguments.studies
    print(f"| {' | '.join((*COLUMNS, *COUNTS))} |")
    print(f"| {' | '.join('---' for _ in (*COLUMNS, *COUNTS))} |")
    with ProcessPoolExecutor() as pool:
        for case in (case for case in CASES if case.most_seeds in arguments.most_seeds):
            print(line(case, pool.map(simulate, [case] * studies, range(studies), chunksize=5)))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
