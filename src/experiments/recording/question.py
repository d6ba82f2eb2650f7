"""A question about recorded runs: which arms, by which metric, with which margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.recording.sweep_record import RecordedStudy

METRICS = ("test/accuracy", "best_epoch/test/accuracy", "validation/accuracy")
"""The metrics that can be compared.

They are taken after the last epoch, or at the epoch that is best on the validation set. The epoch
that is best on the test set is never used.
"""
MARGIN = 0.001
"""The equivalence margin: smaller differences in accuracy do not matter in practice."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question: ``margin`` is a fraction, ``rows`` the fewest that share the error rate."""

    groups: Sequence[str]
    metric: str
    margin: float
    rows: int
    one_look: bool = False

    @classmethod
    def of(
        cls,
        groups: Sequence[str],
        study: RecordedStudy | None,
        *,
        metric: str | None = None,
        margin: float | None = None,
        one_look: bool = False,
    ) -> Question:
        """Return a question; what is not given is as the study asked it.

        A study that compares other ``groups`` says nothing: then the defaults hold.
        """
        asked = study if study is not None and [study.compared] == list(groups) else None
        if metric is None:
            metric = asked.metric if asked else METRICS[0]
        if margin is None:
            margin = asked.margin / 100 if asked else MARGIN
        rows = max(asked.rows, 1) if asked else 1
        return cls(groups=groups, metric=metric, margin=margin, rows=rows, one_look=one_look)

    @property
    def words(self) -> str:
        """The question as it is recorded: the order of two groups does not matter."""
        return f"{' x '.join(sorted(self.groups))} {self.metric}"
