"""The terminal's view of a study: what was tuned, and what is decided."""

import math
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from experiments.comparison import Comparison, Verdict, verdict_words
from experiments.studying.axis import Axis
from experiments.studying.conduct import Confirmed
from experiments.studying.search import Point, Search
from experiments.studying.study import Cell, Study, phrase
from experiments.studying.tuning import Searches


class Terminal:
    """Prints how a study goes on."""

    def __init__(self, study: Study, console: Console) -> None:
        self.study = study
        self.console = console
        self.stage = f"study {study.name}: tuning"
        """Where the study is: what its next runs are for, and what is known so far."""

    def tuning(self, searches: Searches) -> None:
        """Print a line about a round of stage 1: the arm that has the best value so far."""
        tried = sum(len(search.trials) for search in searches.values())
        spent = sum(search.spent for search in searches.values())
        budget = sum(search.budget for search in searches.values())
        cell, search = max(searches.items(), key=lambda item: _accuracy(item[1]))
        best = f"{cell.name} at {point_words(self.study, search.best)} ({_accuracy(search):.2%}"
        self.stage = f"study {self.study.name}: tuning, {spent} of {budget} epochs, best {best})"
        self.say(
            f"Tuning: {tried} points tried, {spent} of {budget} epochs; best so far"
            f" {best} on validation)"
        )

    def tuned(self, searches: Searches) -> None:
        """Print the tuned values of every arm in every block."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for name in ("block", "arm", *self.study.tune):
            table.add_column(name.rpartition(".")[2], overflow="fold")
        for name in ("validation", "points", "epochs"):
            table.add_column(name, justify="right")
        for row in tuned_rows(searches):
            table.add_row(*row)
        self.console.print(table)
        self.stage = f"study {self.study.name}: confirmation, round 1"
        for sentence in edge_sentences(self.study, searches):
            self.say(sentence)

    def round(self, number: int, comparison: Comparison) -> None:
        """Print how many comparisons are decided after a round of stage 2."""
        decided = [row for row in comparison.rows if row.verdict is not Verdict.UNDECIDED]
        seeds, total = max(row.seeds for row in comparison.rows), len(comparison.rows)
        self.say(
            f"Confirmation, round {number}: {len(decided)} of {total}"
            f" comparison{'s' * (total != 1)} decided on validation, with up to {seeds} seeds"
        )
        self.stage = (
            f"study {self.study.name}: after confirmation round {number}, {len(decided)} of"
            f" {len(comparison.rows)} comparisons decided"
        )
        for row in comparison.rows:
            arms = f"{row.arm_a} - {row.arm_b}"
            self.say(f"  {row.condition}, {arms}: {verdict_words(row, comparison)}")

    def undecided(self, confirmed: Confirmed) -> None:
        """Print how the study can go on, or why it cannot, if a comparison is undecided."""
        comparison, last = confirmed.comparison, confirmed.rounds[-1]
        n = sum(row.verdict is Verdict.UNDECIDED for row in comparison.rows)
        total = len(comparison.rows)
        if n:
            study = self.study
            limited = any(row.verdict is Verdict.UNDECIDED and row.more_seeds for row in last.rows)
            goes_on = (
                f"A larger study.budgets.{study.budget}.most_seeds (now {study.limits.most_seeds})"
                " continues the study, and opens the test set once more."
                if limited
                else "The study asks for no more seeds: on the validation set each comparison is"
                " decided, or no number of seeds would decide it."
            )
            self.say(
                f"{n} of {total} comparison{'s' * (total != 1)} {'is' if n == 1 else 'are'}"
                f" undecided. {goes_on}"
            )

    def say(self, text: str) -> None:
        """Print a line."""
        self.console.print(text, soft_wrap=True, markup=False)


def point_words(study: Study, point: Point) -> str:
    """Return a point in words: `learning_rate=0.1`."""
    names = [name.rpartition(".")[2] for name in study.tune]
    return " ".join(f"{name}={value:g}" for name, value in zip(names, point, strict=True))


def edge_sentences(study: Study, searches: Searches) -> list[str]:
    """Return a sentence about each arm whose best value lies at an edge or at a limit."""
    names = [name.rpartition(".")[2] for name in study.tune]
    at_edge = [
        f"{_best(cell, search, names, number)}, lies at the edge of the values that the budget"
        " allowed; a better one may lie beyond"
        for cell, search in searches.items()
        for number in search.at_edge()
    ]
    at_limit = [
        f"{_best(cell, search, names, number)}, lies at its limit; the study tries no"
        f" {names[number]} {where} it{_limit(search.axes[number], where)}"
        for cell, search in searches.items()
        for number, where in search.at_limit()
    ]
    return [*at_edge, *at_limit]


def _best(cell: Cell, search: Search, names: Sequence[str], number: int) -> str:
    return f"{cell.name}: the best {names[number]}, {search.best[number]:g}"


def _limit(axis: Axis, where: str) -> str:
    """Return the limit of an axis as the file of a study has it; empty if it has none."""
    limit, key = (axis.at_most, "at_most") if where == "above" else (axis.at_least, "at_least")
    return f" ({key}: {limit:g})" if math.isfinite(limit) else ""


def tuned_rows(searches: Searches) -> list[list[str]]:
    """Return a row of the tuned table for every arm in every block.

    Columns: block, arm, each hyper-parameter, validation accuracy, points tried, epochs trained.
    """
    return [_row(cell, search) for cell, search in searches.items()]


def _row(cell: Cell, search: Search) -> list[str]:
    return [
        phrase(cell.block) or "all",
        phrase(cell.arm),
        *(f"{value:g}" for value in search.best),
        f"{_accuracy(search):.2%}",
        str(len(search.trials)),
        f"{search.spent}/{search.budget}",
    ]


def _accuracy(search: Search) -> float:
    return search.trials[search.best].accuracy
