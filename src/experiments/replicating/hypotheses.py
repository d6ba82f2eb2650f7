"""The sentences of a text as hypotheses: the comparison of two arms decides each."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import pandas as pd

from experiments.comparison import Comparison, Row, Verdict, compare
from experiments.configuration import TIE, Claim
from experiments.errors import UserError

POINTS = 100


class Answer(Enum):
    """The verdict about a sentence."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Hypothesis:
    """A sentence of a text, the verdict about it, and the difference of its arms in words."""

    says: str
    answer: Answer
    reason: str


def hypotheses(claims: Sequence[Claim], runs: pd.DataFrame) -> list[Hypothesis]:
    """Return the verdict about each sentence, from a frame of runs.

    The arms are paired by seed, each at its best learning rate, as in `experiments compare`. All
    verdicts about one group are right together with a probability of 95 %.
    """
    comparisons = {claim.group: _compared(runs, claim.group) for claim in claims}
    return [_hypothesis(claim, comparisons[claim.group]) for claim in claims]


def _compared(runs: pd.DataFrame, group: str) -> Comparison | str:
    """Return the comparison of the arms of a group, or why there is none."""
    try:
        return compare(runs, group)
    except UserError as error:
        return str(error)


def _hypothesis(claim: Claim, comparison: Comparison | str) -> Hypothesis:
    if isinstance(comparison, str):
        return Hypothesis(claim.says, Answer.UNDECIDED, comparison)
    arms = {claim.arm, claim.against}
    rows = [row for row in comparison.rows if {row.arm_a, row.arm_b} == arms]
    if not rows:
        missing = f"no pairs of {claim.arm} and {claim.against}"
        return Hypothesis(claim.says, Answer.UNDECIDED, missing)
    return Hypothesis(claim.says, _answer(claim, rows[0]), _difference(claim, rows[0]))


def _answer(claim: Claim, row: Row) -> Answer:
    if row.verdict is Verdict.UNDECIDED:
        return Answer.UNDECIDED
    better = Verdict.A_BETTER if row.arm_a == claim.arm else Verdict.B_BETTER
    expected = Verdict.TIE if claim.expects == TIE else better
    return Answer.HOLDS if row.verdict is expected else Answer.FAILS


def _difference(claim: Claim, row: Row) -> str:
    """Return the difference of the arms in words, the arm that the claim names first."""
    known = row.statistics
    if known is None:
        return f"{row.seeds} seeds"
    sign = POINTS if row.arm_a == claim.arm else -POINTS
    low, high = sorted((sign * known.low, sign * known.high))
    ends = f" [{low:+.2f}, {high:+.2f}]" if math.isfinite(low) else ""
    return (
        f"{claim.arm} minus {claim.against}: {sign * known.difference:+.2f} points{ends},"
        f" {row.seeds} seeds"
    )
