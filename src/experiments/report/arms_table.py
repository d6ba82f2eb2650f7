"""The table of arms: mean accuracies with their intervals, in each condition."""

from collections.abc import Iterable, Sequence

import pandas as pd

from experiments.comparison import ARM, CONDITION, Comparison, named
from experiments.recording import METRICS, Status
from experiments.report.best import best_arms
from experiments.report.blocks import Table
from experiments.report.subject import Subject
from experiments.report.swept import NETWORK
from experiments.report.words import UNKNOWN, mean_words, span
from experiments.results import RATE, VALIDATION


def crossed_arms(subject: Subject, groups: Sequence[str]) -> pd.DataFrame:
    """Return the tuned runs with the arms of all groups together.

    The network is part of the condition, unless nothing else was swept.
    """
    inner = [group for group in groups if group != NETWORK] or list(groups)
    if not inner:
        return named(subject.tuned, "loss")
    return named(subject.tuned, *inner)


def arms_table(
    arms: pd.DataFrame, comparisons: Iterable[Comparison], *, single: bool = False
) -> Table:
    """Return the table of arms. The best arm of a condition is marked where verdicts name one.

    ``single`` says that there is one arm only, which then has no column.
    """
    best = best_arms(arms, comparisons)
    rows: list[list[str]] = []
    marked = set()
    for (condition, arm), part in arms.groupby([CONDITION, ARM], observed=True, sort=True):
        is_best = (str(condition), str(arm)) in best
        if is_best:
            marked.add(len(rows))
        name = [str(condition)] if single else [str(condition), f"{arm}{' (best)' * is_best}"]
        rows.append([*name, *_numbers(part)])
    several = bool(arms.groupby([CONDITION, ARM], observed=True).size().max() > 1)
    interval = "; ± is half the 95 % interval of the mean, in percentage points" * several
    means = "Mean accuracy" if several else "Accuracy"
    head = ["network, condition", *([] if single else ["arm"]), *HEAD]
    note = "; best: better than each other arm of the condition, by the verdicts" * bool(best)
    return Table(f"{means} after the last epoch{interval}{note}", head, rows, frozenset(marked))


HEAD = ("test accuracy", "validation accuracy", "learning rate", "finished", "seconds per run")


def _numbers(part: pd.DataFrame) -> list[str]:
    finished = part[part["status"] == Status.FINISHED.value]
    seconds = finished["run_seconds"].dropna()
    rates = sorted(part[RATE].unique())
    return [
        mean_words(finished[METRICS[0]].tolist()),
        mean_words(finished[VALIDATION].tolist()),
        ", ".join(f"{rate:g}" for rate in rates),
        f"{len(finished)} of {len(part)}",
        span(float(seconds.mean())) if len(seconds) else UNKNOWN,
    ]
