"""Tables and words about the effects of two factors, for people."""

import math
from collections.abc import Sequence

import pandas as pd

from experiments.comparison.cells import Cell
from experiments.comparison.contrasts import Contrast
from experiments.comparison.decision import Verdict
from experiments.comparison.divergence import diverges
from experiments.comparison.factorial import Effect, Factorial
from experiments.comparison.statistics import PairedStatistics
from experiments.comparison.verdicts import (
    POINTS,
    failure_rate,
    interval_words,
    p_value_words,
    point_words,
    undecided_reason,
)


def effect_verdict(effect: Effect, *, family: int, one_look: bool) -> str:
    """Return the verdict of one of ``family`` effects in words, with the name of the better level.

    ``one_look`` is that of `Factorial`.
    """
    contrast = effect.contrast
    if effect.verdict is Verdict.UNDECIDED:
        return f"undecided: {_reason(effect, family=family, one_look=one_look)}"
    if contrast.is_interaction or effect.verdict is Verdict.TIE:
        return effect.result
    better = contrast.side_a if effect.verdict is Verdict.A_BETTER else contrast.side_b
    return f"{better.name} better"


def effect_name(contrast: Contrast, *, alone: bool = False) -> str:
    """Return the name of a contrast: `loss: ce - mse`, or `interaction` if it is ``alone``."""
    is_clear = alone and contrast.is_interaction
    return contrast.effect if is_clear else f"{contrast.effect}: {contrast.name}"


def readable_effects(factorial: Factorial) -> pd.DataFrame:
    """Return the effects for people: points, intervals and verdicts.

    For an interaction, A and B are differences, and their means are in points.
    """
    return pd.DataFrame([_readable(row, factorial) for row in factorial.rows])


def readable_cells(factorial: Factorial) -> pd.DataFrame:
    """Return the cells for people: levels, rates and means."""
    table = factorial.cell_means
    return table.assign(
        learning_rate=[f"{rate:g}" for rate in table["learning_rate"]],
        mean=[_mean(cell) for cell in factorial.cells],
    ).rename(columns={"learning_rate": "learning rate"})


def cell_words(cell: Cell) -> str:
    """Return the result of a cell: `95.43% @ 0.056, 20 seeds`."""
    seeds, failed = cell.failures.runs, cell.failures.failed
    words = f"{_mean(cell)} @ {cell.learning_rate:g}, {seeds} seed{'s' * (seeds != 1)}"
    return f"{words}, {failed} failed" if failed else words


def failure_sentences(cells: Sequence[Cell]) -> list[str]:
    """Return a sentence for each condition in which runs failed: how many in each cell."""
    sentences = []
    for condition in dict.fromkeys(cell.condition for cell in cells):
        same = [cell for cell in cells if cell.condition == condition and cell.failures.failed]
        if same:
            counts = "; ".join(f"{cell.arm} in {failure_rate(cell.failures)}" for cell in same)
            sentences.append(
                f"{condition}: runs failed, so the means decide nothing: {counts}. Compare one"
                " factor alone for verdicts about rates of failure."
            )
    return sentences


def _reason(effect: Effect, *, family: int, one_look: bool) -> str:
    diverging = [each.arm for each in effect.contrast.arms if diverges(each.runs)]
    return undecided_reason(
        diverging,
        failed=effect.failed,
        seeds=effect.seeds,
        more_seeds=effect.more_seeds,
        chance=effect.chance,
        known=effect.statistics,
        family=family,
        one_look=one_look,
    )


def _readable(row: Effect, factorial: Factorial) -> dict[str, object]:
    known, contrast = row.statistics, row.contrast
    mean_a, mean_b = _side_means(known, is_interaction=contrast.is_interaction)
    return {
        "condition": row.condition,
        "effect": contrast.effect,
        "A": contrast.side_a.name,
        "B": contrast.side_b.name,
        "seeds": row.seeds,
        "mean A": mean_a,
        "mean B": mean_b,
        "A - B": interval_words(known) if known else "",
        "p": p_value_words(known.p) if known else "",
        "detectable": f"{POINTS * known.detectable_difference:.2f}" if known else "",
        "verdict": effect_verdict(row, family=factorial.family, one_look=factorial.one_look),
    }


def _side_means(known: PairedStatistics | None, *, is_interaction: bool) -> tuple[str, str]:
    if known is None:
        return "", ""
    if is_interaction:
        return point_words(known.mean_a), point_words(known.mean_b)
    return f"{known.mean_a:.2%}", f"{known.mean_b:.2%}"


def _mean(cell: Cell) -> str:
    return "no mean" if math.isnan(cell.mean) else f"{cell.mean:.2%}"
