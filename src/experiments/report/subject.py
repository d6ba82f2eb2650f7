"""The subject of a report: runs, their history, and the sweep that they belong to."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from experiments import results
from experiments.comparison import CHOSEN_ON, compared_runs, runs_to_compare, tuned
from experiments.recording import METRICS, RecordedStudy, Status
from experiments.results import RATE, VALIDATION, Scope, SweepSummary


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The runs of a sweep, or all runs of a source if ``sweep`` is None."""

    source: Path | str
    sweep: SweepSummary | None
    runs: pd.DataFrame
    history: pd.DataFrame

    @property
    def scope(self) -> Scope:
        """Where the runs come from."""
        return Scope.of(self.source, self.sweep.id if self.sweep else None)

    @property
    def title(self) -> str:
        """The name of the sweep."""
        return self.sweep.name if self.sweep else "All runs"

    @property
    def study(self) -> RecordedStudy | None:
        """The study, if the sweep is one."""
        return self.sweep.study if self.sweep else None

    @cached_property
    def compared(self) -> pd.DataFrame:
        """The runs that can be compared: in a study those that give its table, if there are any."""
        runs = runs_to_compare(self.runs, [], self.study)
        return self.runs if runs.empty else runs

    @cached_property
    def tuned(self) -> pd.DataFrame:
        """The runs at the best learning rate of each arm.

        In a study they are on the seeds that tuning did not use, if there are such runs. Raise
        UserError if no run has finished or diverged.
        """
        runs = tuned(self.compared)
        confirmed = compared_runs(runs, self.study) if self.study else runs
        return runs if confirmed.empty else confirmed

    @cached_property
    def metric(self) -> str:
        """The accuracy that is compared: that of the test set, if most runs have opened it.

        In a study that has not ended, few have: those of an earlier one.
        """
        opened = self.finished[METRICS[0]].notna()
        return METRICS[0] if 2 * int(opened.sum()) > len(opened) else VALIDATION

    @property
    def finished(self) -> pd.DataFrame:
        """The runs at the best learning rates that have finished."""
        return self.tuned[self.tuned["status"] == Status.FINISHED.value]

    @property
    def several_rates(self) -> bool:
        """Return whether a learning rate was chosen for some arm."""
        return bool(self.tuned[CHOSEN_ON].map(len).any())

    @property
    def rates_vary(self) -> bool:
        """Return whether the runs have several learning rates."""
        return bool(self.runs[RATE].nunique() > 1)

    @property
    def seeds(self) -> int:
        """The number of seeds."""
        return int(self.runs["seed"].nunique())


def read(source: Path | str, sweep: SweepSummary | None) -> Subject:
    """Read the runs of a sweep, or all runs of a source. Raise UserError if there are none."""
    only = sweep.id if sweep else None
    return Subject(
        source=source,
        sweep=sweep,
        runs=results.runs(source, sweep=only),
        history=results.history(source, sweep=only),
    )
