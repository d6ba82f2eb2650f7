"""Words about runs that cannot be compared because their test set is closed."""

from collections.abc import Sequence

import pandas as pd

from experiments.comparison.advice import then_compare
from experiments.comparison.missing_runs import MissingRunsError
from experiments.comparison.opened import is_closed
from experiments.comparison.tuning import CHOSEN_ON
from experiments.results import VALIDATION, Scope, commands

OPENS = "score_test=true"


def nothing_opened(
    runs: pd.DataFrame, groups: Sequence[str], metric: str, scope: Scope
) -> MissingRunsError:
    """Return that too few runs have opened their test set, with the command that opens it.

    ``runs`` are as from `tuned`.
    """
    closed = runs[is_closed(runs, metric)]
    n = len(closed)
    reason = (
        f"the test set of {n} {'run' if n == 1 else 'runs'} has not been opened{scope.words}, so"
        f" {metric} cannot be compared"
    )
    to_do = f"--metric {VALIDATION} needs no test set; to open it, which trains nothing, run"
    lines = _commands(closed)
    return MissingRunsError(reason, to_do, lines, then_compare(lines, groups, scope))


def left_out_closed(runs: pd.DataFrame, metric: str) -> list[str]:
    """Return a sentence about the runs that are left out because their test set is closed.

    ``runs`` are as from `tuned`. The seeds on which a learning rate was chosen need no test set:
    no command for them is given.
    """
    closed = runs[is_closed(runs, metric)]
    if closed.empty:
        return []
    chosen = zip(closed["seed"], closed[CHOSEN_ON], strict=True)
    useful = closed[[seed not in seeds for seed, seeds in chosen]]
    n = len(closed)
    words = f"{n} {'run is' if n == 1 else 'runs are'} left out, because the test set is closed"
    opens = f"; to open it, run {' && '.join(_commands(useful))}" if len(useful) else ""
    return [words + opens]


def _commands(closed: pd.DataFrame) -> list[str]:
    """Return the commands that open the test set of runs."""
    return [f"{line} {OPENS}" for line in commands(closed, open_test=True)]
