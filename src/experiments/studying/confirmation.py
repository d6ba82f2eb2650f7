"""Stage 2 of a study: compare the tuned arms on new seeds, in rounds, until all is decided."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from experiments.comparison import Comparison, Row, Verdict, compare, fewest_seeds, study_runs
from experiments.recording import CONFIRMATION
from experiments.studying.jobs import Do, StudyJob, job
from experiments.studying.result import ACCURACY
from experiments.studying.search import Point
from experiments.studying.study import Cell, Study

Tuned = Mapping[Cell, Point]


@dataclass
class Confirmation:
    """The seeds of stage 2: how many each arm has in each block.

    ``runs`` returns the frame of all runs of the study so far, as from `results.runs`.
    """

    study: Study
    tuned: Tuned
    do: Do
    runs: Callable[[], pd.DataFrame]
    seeds: dict[Cell, int] = field(default_factory=dict)
    cell_of: dict[str, Cell] = field(default_factory=dict)  # by identity of a run

    def rounds(self, show: Callable[[int, Comparison], object]) -> list[Comparison]:
        """Do rounds of runs until each comparison is decided, or more seeds would not decide it.

        The metric is the accuracy on validation. ``show`` is called after each round, with its
        number and the comparison.
        The first round has the fewest seeds that can decide anything. Return these comparisons.
        """
        wanted = dict.fromkeys(self.tuned, fewest_seeds(self.study.rows))
        done: list[Comparison] = []
        while wanted:
            self.seeds |= wanted
            self._do()
            done.append(self.compare(ACCURACY))
            show(len(done), done[-1])
            wanted = self._next(done[-1])
        return done

    def open_test(self) -> None:
        """Score the test set in every run of this stage."""
        self._do(score_test=True)

    def compare(self, metric: str) -> Comparison:
        """Return the comparison of the arms on a metric."""
        return compare(
            study_runs(self.runs(), self.study.recorded),
            self.study.compared,
            metric=metric,
            margin=self.study.margin / 100,
            family=self.study.rows,
        )

    def jobs(self) -> list[StudyJob]:
        """Return all runs of this stage so far."""
        first = self.study.limits.tuning_seeds
        return [
            job(self.study, cell, self.tuned[cell], first + number, stage=CONFIRMATION)
            for cell, n in self.seeds.items()
            for number in range(n)
        ]

    def _do(self, *, score_test: bool = False) -> None:
        jobs = self.jobs()
        for each, result in zip(jobs, self.do(jobs, score_test=score_test), strict=True):
            self.cell_of[result.identity] = each.cell

    def _next(self, comparison: Comparison) -> dict[Cell, int]:
        """Return the numbers of seeds of the next round, for the arms that need more."""
        wanted: dict[Cell, int] = {}
        for row in comparison.rows:
            for cell in self._cells(row):
                more = min(row.seeds + row.more_seeds, self.study.limits.most_seeds)
                if row.verdict is Verdict.UNDECIDED and more > self.seeds[cell]:
                    wanted[cell] = max(more, wanted.get(cell, 0))
        return wanted

    def _cells(self, row: Row) -> list[Cell]:
        """Return the two arms of a row, in its block."""
        known = (
            self.cell_of.get(identity) for arm in row.pair.arms for identity in arm.runs["identity"]
        )
        return list(dict.fromkeys(cell for cell in known if cell is not None))
