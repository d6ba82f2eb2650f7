"""The text around the tables of a comparison: title, validity, advice."""

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

import pandas as pd
from rich.console import Console

from experiments.comparison.decision import Verdict
from experiments.comparison.statistics import PairedStatistics
from experiments.comparison.statuses import status_counts
from experiments.comparison.tuning import SelectionBias
from experiments.comparison.verdicts import POINTS, selection_bias_sentence
from experiments.results import OUTPUTS, OWN_SPLIT, SPLIT, SweepSummary


class Advised(Protocol):
    """A row of a table, as far as the advice needs it."""

    @property
    def verdict(self) -> Verdict:
        """The verdict of the row."""

    @property
    def more_seeds(self) -> int:
        """The seeds that are recommended to decide it."""

    @property
    def chance(self) -> float:
        """The probability that these seeds decide it, NaN if it is unknown."""


class Advises(Protocol):
    """A comparison of one group or of two, as far as the lines around its table need it."""

    @property
    def selection_bias(self) -> SelectionBias:
        """The selection bias of the best epoch."""

    @property
    def unequal_tuning(self) -> Sequence[str]:
        """Sentences about tuning."""

    @property
    def incomplete(self) -> Sequence[str]:
        """Sentences about missing runs."""

    @property
    def tuned(self) -> pd.DataFrame:
        """The runs that are compared."""

    @property
    def family(self) -> int:
        """The number of rows that share the error rate."""

    @property
    def one_look(self) -> bool:
        """Whether the verdicts are valid at one planned look only."""

    @property
    def rows(self) -> Sequence[Advised]:
        """The rows of the table."""

    @property
    def commands(self) -> list[str]:
        """The commands that run more seeds."""

    @property
    def no_commands(self) -> str:
        """Why there are no such commands, if some are needed."""


def print_title(console: Console, runs: pd.DataFrame, sweep: SweepSummary | None) -> None:
    """Print which runs are compared, and how many have each status."""
    title = f"sweep {sweep.id}  {sweep.name}" if sweep else "all runs"
    console.print(title, style="bold", soft_wrap=True, markup=False)
    console.print(f"{status_counts(runs)}\n")


def print_advice(console: Console, result: Advises) -> None:
    """Print the selection bias, what is unequal or missing, and commands for more seeds."""
    console.print(selection_bias_sentence(result.selection_bias))
    for sentence in (*result.unequal_tuning, *result.incomplete):
        console.print(sentence, style="yellow", soft_wrap=True, markup=False)
    if result.one_look and any(row.verdict is Verdict.UNDECIDED for row in result.rows):
        console.print("Without --looks 1, more seeds can be run until each row is decided.")
    if result.no_commands:
        console.print(result.no_commands, soft_wrap=True, markup=False)
    commands = result.commands
    if commands:
        here = OUTPUTS in result.tuned and result.tuned[OUTPUTS].notna().all()
        known = "runs that exist are not repeated" if here else "the exported runs are done again"
        console.print(f"\n{_purpose(result.rows)} ({known}):")
        for command in commands:
            console.print(f"  {command}", soft_wrap=True, markup=False)
        if len(commands) > 1:
            console.print("Each of these is a sweep of its own: compare with --all afterwards.")
        elif not all(row.more_seeds for row in result.rows):
            console.print("Compare with --all afterwards, so that no row is missing.")


def _purpose(rows: Iterable[Advised]) -> str:
    """Return the words before the commands for more seeds, with the chance that they succeed."""
    chances = [row.chance for row in rows if row.more_seeds and not math.isnan(row.chance)]
    if not chances:
        return "To decide it, run"
    least, most = f"{min(chances):.0%}", f"{max(chances):.0%}"
    chance = least if least == most else f"{least} to {most}"
    return f"To decide it with {chance} chance, run"


def cuts(runs: pd.DataFrame) -> str:
    """Return words about the seeds if each has its own cut of the data; else nothing."""
    return ", each with its own cut of the data" if runs[SPLIT].eq(OWN_SPLIT).all() else ""


def sources_of_variance(metric: str, statistics: Iterable[PairedStatistics | None]) -> str:
    """Return whether the intervals are over seeds and images, or only over seeds."""
    split = "test" if "test/" in metric else "validation"
    unknown = [math.isnan(each.image_error) for each in statistics if each]
    if all(unknown):
        return f"over seeds, for these {split} images"
    known_by = "" if not any(unknown) else ", where the runs record which are right"
    return f"over seeds and {split} images{known_by}"


def image_limits(statistics: Iterable[PairedStatistics | None]) -> str:
    """Return how much uncertainty the images leave, however many seeds are run; empty if unknown.

    The words are a sentence, after a space.
    """
    known = [each.image_limit for each in statistics if each and each.image_limit]
    if not known:
        return ""
    least, most = (f"±{POINTS * each:.2f}" for each in (min(known), max(known)))
    limits = most if least == most else f"{least} to {most}"
    return f" The images alone leave {limits} points, which more seeds do not make smaller."


def validity(n_rows: int, *, family: int, one_look: bool) -> str:
    """Return for which rows and looks the intervals and verdicts hold.

    The error rate is that of a ``family`` of rows; these may be more than those of the table.
    """
    rows = f"for all {n_rows} rows together, and " if n_rows > 1 else ""
    if family > n_rows:
        rows = f"for {family} rows together, which an earlier table had, and "
    looks = "at the one look that was planned" if one_look else "at any number of looks"
    return f"The intervals and verdicts hold {rows}{looks} (95 %)."
