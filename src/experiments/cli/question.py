"""The question that `experiments compare` answers, and the earlier looks at it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison, Factorial
    from experiments.recording import RecordedStudy
    from experiments.results import Scope

METRIC = "test/accuracy"
MARGIN = 0.1
"""In percentage points."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question: ``margin`` is a fraction, ``rows`` the fewest that share the error rate."""

    groups: Sequence[str]
    metric: str
    margin: float
    one_look: bool
    rows: int

    @classmethod
    def of(
        cls,
        groups: Sequence[str],
        study: RecordedStudy | None,
        *,
        metric: str | None,
        points: float | None,
        looks: int | None,
    ) -> Question:
        """Return the question of a command line; what that leaves out is as the study asked it.

        ``points`` are the margin. A study that compares other ``groups`` says nothing.
        """
        asked = study if study is not None and [study.compared] == list(groups) else None
        if metric is None:
            metric = asked.metric if asked else METRIC
        if points is None:
            points = asked.margin if asked else MARGIN
        return cls(
            groups=groups,
            metric=metric,
            margin=points / 100,
            one_look=looks == 1,
            rows=max(asked.rows, 1) if asked else 1,
        )

    @property
    def words(self) -> str:
        """The question as it is recorded: the order of two groups does not matter."""
        return f"{' x '.join(sorted(self.groups))} {self.metric}"


def count_look_at(question: Question, scope: Scope, result: Comparison | Factorial) -> int | None:
    """Return the number of this look; None if the source is no outputs folder.

    It is None, too, if nothing can be written there, and stderr says so. Raise UserError if one
    look was planned, and this is not the first.
    """
    from experiments.comparison import count_look
    from experiments.results import is_outputs

    if scope.source is None or not is_outputs(scope.source):
        return None
    try:
        return count_look(
            Path(scope.source),
            question.words,
            result.tuned["identity"],
            rows=result.family,
            one_look=result.one_look,
        )
    except OSError as error:
        sys.stderr.write(f"This look is not counted: {error.filename}: {error.strerror}\n")
        return None


def rows_that_share(question: Question, frame: pd.DataFrame, scope: Scope) -> int:
    """Return the most rows that the study or an earlier answer about these runs had, or 1.

    A file that cannot be read has no earlier answers: `_look` says so.
    """
    from experiments.comparison import most_rows
    from experiments.results import is_outputs

    if scope.source is None or not is_outputs(scope.source):
        return question.rows
    try:
        earlier = most_rows(Path(scope.source), question.words, frame["identity"])
    except OSError:
        return question.rows
    return max(earlier, question.rows)
