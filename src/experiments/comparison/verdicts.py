"""Sentences and tables about comparisons, for people."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.comparison.compare import Comparison, Row
from experiments.comparison.decision import Verdict
from experiments.comparison.divergence import NEARLY_ALL
from experiments.comparison.failures import Failures
from experiments.comparison.power import ALPHA, fewest_seeds
from experiments.comparison.prediction import MOST_SEEDS
from experiments.comparison.statistics import PairedStatistics, mcnemar_test
from experiments.comparison.tuning import SelectionBias

POINTS = 100
"""Accuracies are shown in percentage points."""
MOST_DIGITS = 6
"""Digits after the point that are ever shown of percentage points."""


def readable_table(comparison: Comparison) -> pd.DataFrame:
    """Return the table of a comparison for people: rates, points, intervals and verdicts."""
    return pd.DataFrame([_readable(row, comparison) for row in comparison.rows])


def verdict_sentences(comparison: Comparison) -> str:
    """Return a list in Markdown: sentences about verdicts, unequal tuning and missing runs."""
    sentences = [
        *row_sentences(comparison),
        *comparison.unequal_tuning,
        *comparison.incomplete,
    ]
    return "\n".join(f"- {each}" for each in sentences)


def row_sentences(comparison: Comparison) -> list[str]:
    """Return a sentence in Markdown about the verdict of each row."""
    return [_sentence(row, comparison) for row in comparison.rows]


def verdict_words(row: Row, comparison: Comparison) -> str:
    """Return the verdict of a row of a comparison, with the name of the better arm."""
    if row.verdict in (Verdict.A_BETTER, Verdict.B_BETTER):
        better = row.arm_a if row.verdict is Verdict.A_BETTER else row.arm_b
        return f"{better} fails less often" if row.failed else f"{better} better"
    if row.verdict is Verdict.TIE:
        return "tie"
    return f"undecided: {_reason(row, comparison)}"


def undecided_reason(
    diverging: Sequence[str],
    *,
    failed: bool,
    seeds: int,
    more_seeds: int,
    chance: float,
    known: PairedStatistics | None,
    family: int,
    one_look: bool,
) -> str:
    """Return why nothing is decided, or what decides it.

    ``diverging`` are the arms of which nearly all runs diverged; ``failed`` says whether a run
    failed on one of the ``seeds``, ``more_seeds`` and ``chance`` are those of a `Decision`,
    ``known`` are the statistics, and ``family`` is the number of comparisons.
    """
    if diverging:
        return f"{' and '.join(diverging)} diverged"
    words = "" if math.isnan(chance) else f" ({chance:.0%} chance)"
    advice = f"run {count(more_seeds, 'more seed')}{words}" if more_seeds else ""
    if failed:
        return "; ".join(filter(None, ["the rates of failure may be equal", advice]))
    enough = fewest_seeds(family, one_look=one_look)
    if seeds < enough and (more_seeds or one_look):
        return too_few_words(seeds, enough, family)
    return advice or _no_advice(known, one_look=one_look)


def _no_advice(known: PairedStatistics | None, *, one_look: bool) -> str:
    """Return why no number of more seeds is recommended."""
    if one_look:
        return "the interval contains 0, and one look was planned"
    if known and known.image_limit > abs(known.difference):
        return f"the test images alone leave ±{POINTS * known.image_limit:.2f} points"
    return f"more than {MOST_SEEDS} seeds are needed"


def too_few_words(seeds: int, enough: int, family: int) -> str:
    """Return why no result on so few seeds can be a verdict, and how many seeds are enough.

    ``family`` is the number of comparisons that share the error rate.
    """
    shared = f" in a family of {family}" if family > 1 else ""
    return f"{count(seeds, 'seed')} cannot reach {100 * ALPHA:g} %{shared}; {enough} can"


def _reason(row: Row, comparison: Comparison) -> str:
    every = max(comparison.family, len(comparison.rows))
    shares = {row.arm_a: row.diverged_a, row.arm_b: row.diverged_b}
    return undecided_reason(
        [arm for arm, share in shares.items() if share >= NEARLY_ALL],
        failed=row.failed,
        seeds=row.seeds,
        more_seeds=row.more_seeds,
        chance=row.chance,
        known=row.statistics,
        family=comparison.family if row.seeds > 1 else every,
        one_look=comparison.one_look,
    )


def failure_sentences(comparison: Comparison) -> list[str]:
    """Return a sentence about the failures of each row that has some."""
    return [f"{row.condition}: {_failures(row)}" for row in comparison.rows if row.failed]


def selection_bias_sentence(bias: SelectionBias) -> str:
    """Return the result of `selection_bias` as a sentence."""
    if math.isnan(bias.validation_gain):
        return (
            "No finished run has opened its test set, so the selection bias of the best epoch is"
            " unknown."
        )
    difference = point_words(bias.validation_gain - bias.test_gain)
    biased = bias.validation_gain > bias.test_gain
    part = (
        f"{difference.removeprefix('+')} points of the gain are" if biased else "no part of it is"
    )
    return (
        f"The best epoch gains {point_words(bias.validation_gain)} points over the last epoch on"
        f" the validation set and {point_words(bias.test_gain)} on the test set: {part}"
        " selection bias."
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
    return (
        f"{np.sum(a & ~b)} images are classified correctly by {name_a} only,"
        f" {np.sum(b & ~a)} by {name_b} only: {result} (McNemar's test, p {p_words(p)})."
        " This is about two trained networks, not about the methods that trained them. To compare"
        " methods, compare several seeds."
    )


def _readable(row: Row, comparison: Comparison) -> dict[str, object]:
    known = row.statistics
    p = row.failures_p if row.failed else known.p if known else None
    return {
        "condition": row.condition,
        "A": f"{row.arm_a} @ {row.learning_rate_a:g}",
        "B": f"{row.arm_b} @ {row.learning_rate_b:g}",
        "seeds": row.seeds,
        "mean A": f"{known.mean_a:.2%}" if known else "",
        "mean B": f"{known.mean_b:.2%}" if known else "",
        "A - B": _difference_words(row),
        "p": "" if p is None else p_value_words(p),
        "P(A>B)": f"{row.superiority:.0%}",
        "detectable": f"{POINTS * known.detectable_difference:.2f}" if known else "",
        "failed": f"{row.failures_a.failed}, {row.failures_b.failed}",
        "verdict": verdict_words(row, comparison),
    }


def _difference_words(row: Row) -> str:
    """Return the mean difference, or the numbers of failed runs if these decide the verdict."""
    if row.failed:
        return f"{row.failures_a.failed} and {row.failures_b.failed} of {row.seeds} failed"
    return interval_words(row.statistics) if row.statistics else ""


def _sentence(row: Row, comparison: Comparison) -> str:
    known = row.statistics
    if row.failed:
        words = f"{verdict_words(row, comparison)}; {_failures(row)}"
    elif known is None:
        words = f"{verdict_words(row, comparison)}; {count(row.seeds, 'paired seed')} so far."
    else:
        words = _about_difference(row, known, comparison)
    return f"**{row.condition}**: {words}"


def _about_difference(row: Row, known: PairedStatistics, comparison: Comparison) -> str:
    """Return the sentence about two arms that finished, from the side of the arm that is ahead."""
    first, second = row.arm_a, row.arm_b
    difference, low, high = known.difference, known.low, known.high
    if difference < 0:
        first, second = second, first
        difference, low, high = -difference, -high, -low
    if row.verdict is Verdict.TIE:
        words = f"{first} and {second} tie: a difference of"
    elif row.verdict is Verdict.UNDECIDED:
        words = f"{verdict_words(row, comparison)}; so far {first} is ahead of {second} by"
    else:
        words = f"{first} is better than {second} by"
    numbers = f"{_between(low, high)}, {count(known.n, 'paired seed')}"
    return f"{words} {POINTS * difference:.2f} points ({numbers})."


def _failures(row: Row) -> str:
    """Return how often each arm failed, and what the mean and the median of the others are."""
    known = row.statistics
    means = (
        f" If both learn, {row.arm_a} - {row.arm_b} is {point_words(known.difference)} points"
        f" ({_between(known.low, known.high)}); this does not decide, because it leaves out the"
        " runs that failed."
        if known
        else ""
    )
    return (
        f"{row.arm_a} failed in {failure_rate(row.failures_a)}, {row.arm_b} in"
        f" {failure_rate(row.failures_b)}; p {p_words(row.failures_p)} for equal rates."
        f" Median accuracies: {_percent(row.median_a)} and {_percent(row.median_b)}.{means}"
    )


def failure_rate(failures: Failures) -> str:
    """Return how many runs failed, with the interval of the rate."""
    low, high = failures.interval
    return f"{failures.failed} of {failures.runs} runs (rate {low:.0%} to {high:.0%})"


def _percent(accuracy: float) -> str:
    return "diverged" if math.isnan(accuracy) else f"{accuracy:.2%}"


def count(n: int, words: str) -> str:
    """Return a number with the words for one of them, which get an s if there are more."""
    return f"{n} {words}{'s' * (n != 1)}"


def p_value_words(p: float) -> str:
    """Return a p-value for people: never zero, and on the side of `ALPHA` where it is."""
    if p < 0.001:
        return "< 0.001"
    return f"< {ALPHA:.3f}" if p < ALPHA <= round(p, 3) else f"{p:.3f}"


def p_words(p: float) -> str:
    """Return a p-value with its sign, for a sentence: `= 0.012` or `< 0.001`."""
    words = p_value_words(p)
    return words if words.startswith("<") else f"= {words}"


def interval_words(known: PairedStatistics) -> str:
    """Return a mean difference in points, with its interval: `+0.43 (+0.24 to +0.63)`."""
    interval = f"{end_words(known.low)} to {end_words(known.high)}"
    return (
        f"{point_words(known.difference)}"
        f" ({'no interval yet' if math.isinf(known.low) else interval})"
    )


def _between(low: float, high: float) -> str:
    if math.isinf(low):
        return "too few seeds for an interval"
    return f"95 % interval {end_words(low)} to {end_words(high)}"


def end_words(end: float) -> str:
    """Return the end of an interval in points, with so many digits that its sign can be seen."""
    digits = 2
    while end and not round(POINTS * end, digits) and digits < MOST_DIGITS:
        digits += 1
    return f"{POINTS * end:+.{digits}f}"


def point_words(difference: float) -> str:
    """Return a difference of accuracies in percentage points, with its sign."""
    return f"{POINTS * difference:+.2f}"
