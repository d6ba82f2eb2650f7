"""Sentences and tables about comparisons, for people."""

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.comparison.compare import Comparison, Row
from experiments.comparison.decision import Verdict
from experiments.comparison.divergence import NEARLY_ALL
from experiments.comparison.power import ALPHA, MOST_SEEDS
from experiments.comparison.statistics import PairedStatistics, mcnemar_test
from experiments.comparison.tuning import SelectionBias

POINTS = 100
"""Accuracies are shown in percentage points."""


def readable_table(comparison: Comparison) -> pd.DataFrame:
    """Return the table of a comparison for people: rates, points, intervals and verdicts."""
    return pd.DataFrame([_readable(row) for row in comparison.rows])


def verdict_sentences(comparison: Comparison) -> str:
    """Return a list in Markdown: a sentence for each comparison and for all missing runs."""
    sentences = [*map(_sentence, comparison.rows), *comparison.incomplete]
    return "\n".join(f"- {each}" for each in sentences)


def verdict_words(row: Row) -> str:
    """Return the verdict of a row, with the name of the better arm."""
    if row.verdict is Verdict.A_BETTER:
        return f"{row.arm_a} better"
    if row.verdict is Verdict.B_BETTER:
        return f"{row.arm_b} better"
    if row.verdict is Verdict.TIE:
        return "tie"
    return f"undecided: {_reason(row)}"


def _reason(row: Row) -> str:
    """Return why a row is undecided, or what decides it."""
    shares = {row.arm_a: row.diverged_a, row.arm_b: row.diverged_b}
    diverging = [arm for arm, share in shares.items() if share >= NEARLY_ALL]
    if diverging:
        return f"{' and '.join(diverging)} diverged"
    if row.more_seeds:
        return f"run {_count(row.more_seeds, 'more seed')}"
    return "diverged" if _has_diverged(row) else f"over {MOST_SEEDS} seeds"


def selection_bias_sentence(bias: SelectionBias) -> str:
    """Return the result of `selection_bias` as a sentence."""
    if math.isnan(bias.validation_gain):
        return "No run has finished, so the selection bias of the best epoch is unknown."
    difference = _points(bias.validation_gain - bias.test_gain).removeprefix("+")
    return (
        f"The best epoch gains {_points(bias.validation_gain)} points over the last epoch on the"
        f" validation set and {_points(bias.test_gain)} on the test set: {difference} points of"
        " the gain are selection bias."
    )


def two_networks_sentence(
    correct_a: npt.ArrayLike, correct_b: npt.ArrayLike, name_a: str, name_b: str
) -> str:
    """Return the result of McNemar's test for two trained networks as a sentence.

    ``correct_a [n]`` and ``correct_b [n]`` are true for the images that a network classifies
    correctly.
    """
    if name_a == name_b:
        return f"Only {name_a} has been trained: there is no second network to compare it with."
    a, b = np.asarray(correct_a, bool), np.asarray(correct_b, bool)
    p = mcnemar_test(a, b)
    result = "the two networks differ" if p < ALPHA else "this may be chance"
    sign = "= " if p >= 0.001 else ""
    return (
        f"{np.sum(a & ~b)} images are classified correctly by {name_a} only,"
        f" {np.sum(b & ~a)} by {name_b} only: {result} (McNemar's test, p {sign}{_p_value(p)})."
        " This is about two trained networks, not about the methods that trained them. To compare"
        " methods, compare several seeds."
    )


def _readable(row: Row) -> dict[str, object]:
    known = row.statistics
    return {
        "condition": row.condition,
        "A": f"{row.arm_a} @ {row.learning_rate_a:g}",
        "B": f"{row.arm_b} @ {row.learning_rate_b:g}",
        "seeds": row.seeds,
        "mean A": f"{known.mean_a:.2%}" if known else "",
        "mean B": f"{known.mean_b:.2%}" if known else "",
        "A - B": f"{_points(known.difference)} ({_interval(known)})" if known else "",
        "p": _p_value(row.adjusted_p) if known else "",
        "P(A>B)": f"{row.superiority:.0%}",
        "minimum detectable effect": (
            f"{POINTS * known.minimum_detectable_effect:.2f}" if known else ""
        ),
        "diverged": f"{row.diverged_a:.0%}, {row.diverged_b:.0%}",
        "verdict": verdict_words(row),
    }


def _sentence(row: Row) -> str:
    known = row.statistics
    if known is None:
        words = f"{verdict_words(row)}; {_count(row.seeds)} so far.{_diverged(row)}"
    elif _has_diverged(row):
        words = (
            f"{verdict_words(row)}; {row.arm_a} beats {row.arm_b} on {row.superiority:.0%} of"
            f" {_count(row.seeds)}, where a diverged run loses.{_diverged(row)} If both finish,"
            f" {row.arm_a} - {row.arm_b} is {_points(known.difference)} points"
            f" ({_interval(known)})."
        )
    else:
        words = _about_difference(row, known)
    return f"**{row.condition}**: {words}"


def _about_difference(row: Row, known: PairedStatistics) -> str:
    """Return the sentence about two arms that finished, from the side of the arm that is ahead."""
    first, second = row.arm_a, row.arm_b
    difference, low, high = known.difference, known.low, known.high
    if difference < 0:
        first, second = second, first
        difference, low, high = -difference, -high, -low
    if row.verdict is Verdict.TIE:
        words = f"{first} and {second} tie: a difference of"
    elif row.verdict is Verdict.UNDECIDED:
        words = f"{verdict_words(row)}; so far {first} is ahead of {second} by"
    else:
        words = f"{first} is better than {second} by"
    return (
        f"{words} {POINTS * difference:.2f} points"
        f" (95 % interval {_points(low)} to {_points(high)}, {_count(known.n)})."
    )


def _has_diverged(row: Row) -> bool:
    return bool(row.diverged_a or row.diverged_b)


def _diverged(row: Row) -> str:
    """Return which fraction of the runs of each arm diverged, or nothing if none did."""
    if not _has_diverged(row):
        return ""
    return (
        f" Diverged: {row.arm_a} in {row.diverged_a:.0%} of its runs,"
        f" {row.arm_b} in {row.diverged_b:.0%} of its runs."
    )


def _count(n: int, words: str = "paired seed") -> str:
    return f"{n} {words}{'s' * (n != 1)}"


def _p_value(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "< 0.001"


def _interval(known: PairedStatistics) -> str:
    return f"{_points(known.low)} to {_points(known.high)}"


def _points(difference: float) -> str:
    return f"{POINTS * difference:+.2f}"
