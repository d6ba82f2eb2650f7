"""Conduct a study: tune every arm, compare them on new seeds, then open the test set once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from experiments.comparison import Comparison, fewest_seeds
from experiments.errors import ConfigError
from experiments.studying.confirmation import Confirmation
from experiments.studying.jobs import Do
from experiments.studying.search import Search
from experiments.studying.study import Cell, Study
from experiments.studying.tuning import Searches, check_budget, tune


class Show(Protocol):
    """Shows how a study goes on."""

    def tuning(self, searches: Searches) -> None:
        """Show the searches after a round of stage 1."""

    def tuned(self, searches: Searches) -> None:
        """Show the results of stage 1."""

    def round(self, number: int, comparison: Comparison) -> None:
        """Show which comparisons are decided after a round of stage 2."""


@dataclass(frozen=True)
class Outcome:
    """A study after its end.

    ``searches`` are those of stage 1, and ``runs`` all runs of the study, as from `results.runs`.
    ``confirmed`` is None if the study ends after tuning.
    """

    searches: dict[Cell, Search]
    runs: pd.DataFrame
    confirmed: "Confirmed | None"


@dataclass(frozen=True)
class Confirmed:
    """The result of the stages 2 and 3.

    ``rounds`` are the comparisons on validation in stage 2, ``comparison`` is the one on the test
    set, and ``identities`` are those of the compared runs.
    """

    rounds: list[Comparison]
    comparison: Comparison
    identities: list[str]


def conduct(
    study: Study,
    do: Do,
    *,
    epochs: int,
    runs: Callable[[], pd.DataFrame],
    count_opening: Callable[[Sequence[str]], object],
    show: Show,
) -> Outcome:
    """Do all stages of a study, and return its outcome.

    ``do`` does runs of ``epochs`` epochs, and ``runs`` returns the frame of those done so far.
    ``count_opening`` is called before the test set is scored, with the identities of the runs. A
    study that is conducted again asks for the same runs in the same order, because every choice is
    a function of their results. So nothing but the records of the runs is kept. Raise as
    `check_size` does.
    """
    check_size(study, epochs=epochs)
    searches = tune(study, do, epochs=epochs, show=show.tuning)
    show.tuned(searches)
    if not study.limits.most_seeds:
        return Outcome(searches, runs(), None)
    tuned = {cell: each.best for cell, each in searches.items()}
    confirmation = Confirmation(study, tuned, do, runs)
    rounds = confirmation.rounds(show.round)
    identities = list(confirmation.cell_of)
    count_opening(identities)
    confirmation.open_test()
    comparison = confirmation.compare(study.metric)
    return Outcome(searches, runs(), Confirmed(rounds, comparison, identities))


def check_size(study: Study, *, epochs: int) -> None:
    """Raise UserError if a study of runs of ``epochs`` epochs is too small to decide anything.

    Its budget must pay for the first points of a search, and its most seeds must be enough for a
    verdict, or 0.
    """
    check_budget(study, epochs=epochs)
    needed = fewest_seeds(study.rows)
    if 0 < study.limits.most_seeds < needed:
        raise ConfigError(
            f"study.budgets.{study.budget}.most_seeds={study.limits.most_seeds}: a verdict in a"
            f" table of {study.rows} comparison{'s' * (study.rows != 1)} needs {needed} or more; 0"
            " ends the study after tuning"
        )
