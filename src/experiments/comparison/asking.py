"""Answer a question about the runs of a sweep, as `experiments compare` and the report do."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from experiments.comparison.compare import Comparison, compare
from experiments.comparison.factorial import Factorial, factorial
from experiments.comparison.looks import most_rows
from experiments.comparison.study_runs import study_runs
from experiments.recording import Question, RecordedStudy
from experiments.results import Scope, is_outputs


def runs_to_compare(
    runs: pd.DataFrame, groups: Iterable[str], study: RecordedStudy | None
) -> pd.DataFrame:
    """Return the runs of a study that give its table; all runs if there is no study.

    All runs are returned, too, if one of the ``groups`` is an option that was tuned.
    """
    if study is None or {*groups} & {*study.tuned}:
        return runs
    return study_runs(runs, study)


def own_question_first(groups: Iterable[str], study: RecordedStudy | None) -> list[str]:
    """Return groups in their order, but first the one whose arms a study compares."""
    return sorted(groups, key=lambda group: study is None or group != study.compared)


def compare_one(question: Question, runs: pd.DataFrame, scope: Scope) -> Comparison:
    """Return the comparison of the arms of one group. The errors are those of `compare`."""
    (group,) = question.groups
    return compare(
        runs,
        group,
        metric=question.metric,
        margin=question.margin,
        one_look=question.one_look,
        family=_rows_that_share(question, runs, scope),
        scope=scope,
    )


def compare_two(question: Question, runs: pd.DataFrame, scope: Scope) -> Factorial:
    """Return the effects of two groups. The errors are those of `factorial`."""
    first, second = question.groups
    return factorial(
        runs,
        first,
        second,
        metric=question.metric,
        margin=question.margin,
        one_look=question.one_look,
        family=_rows_that_share(question, runs, scope),
        scope=scope,
    )


def _rows_that_share(question: Question, runs: pd.DataFrame, scope: Scope) -> int:
    """Return the most rows that the study or an earlier answer about these runs had, or 1.

    A file that cannot be read has no earlier answers: who counts the looks says so.
    """
    if scope.source is None or not is_outputs(scope.source):
        return question.rows
    try:
        earlier = most_rows(Path(scope.source), question.words, runs["identity"])
    except OSError:
        return question.rows
    return max(earlier, question.rows)
