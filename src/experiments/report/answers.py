"""The answer to each question that the runs can be asked: a comparison, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from experiments.comparison import (
    ARM,
    CONDITION,
    Comparison,
    MissingRunsError,
    compare_one,
    fewest_seeds,
    named,
)
from experiments.errors import UserError
from experiments.recording import Question
from experiments.report.subject import Subject
from experiments.results import commands, with_seeds


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The comparison of the arms of a group.

    Without one, ``reason`` says why there is none, and ``commands`` make the runs for one.
    """

    group: str
    comparison: Comparison | None = None
    reason: str = ""
    commands: Sequence[str] = ()


def answer(subject: Subject, group: str) -> Answer:
    """Compare the arms of a group, as `experiments compare` does."""
    question = Question.of([group], subject.study, metric=subject.metric)
    try:
        compared = compare_one(question, subject.compared, subject.scope)
    except MissingRunsError as error:
        return Answer(group=group, reason=error.reason, commands=error.commands)
    except UserError as error:
        return Answer(group=group, reason=str(error))
    return Answer(group=group, comparison=compared)


@dataclass(frozen=True)
class MoreSeeds:
    """The fewest seeds that can give verdicts, and the commands that run them."""

    seeds: int
    commands: Sequence[str]


def seeds_for_verdicts(subject: Subject, groups: Sequence[str]) -> MoreSeeds | None:
    """Return the seeds that a verdict about the groups needs; None if there are several already."""
    if not groups or subject.seeds > 1:
        return None
    needed = fewest_seeds(max(_pairs(subject.tuned, group) for group in groups))
    arms = subject.tuned.sort_values(list(groups))  # the order in which a comparison names them
    return MoreSeeds(needed, commands(with_seeds(arms, range(needed))))


def _pairs(tuned: pd.DataFrame, group: str) -> int:
    """Return the number of pairs of arms, over all conditions."""
    arms = named(tuned, group).groupby(CONDITION, observed=True)[ARM].nunique()
    return max(int((arms * (arms - 1) // 2).sum()), 1)
