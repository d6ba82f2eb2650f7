"""Other analyses beside the verdicts, on request. They never change a verdict."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from experiments.comparison.compare import Comparison, Row
from experiments.comparison.outperformance import (
    ADVISED_SEEDS,
    CHANCE,
    THRESHOLD,
    Outperformance,
    outperformance,
)
from experiments.comparison.posterior import posterior
from experiments.comparison.ranks import (
    FEWEST_DATA_SETS,
    Ranks,
    accuracies_by_data_set,
    ranks,
)
from experiments.comparison.verdicts import POINTS, p_value_words


@dataclass(frozen=True)
class Analysis:
    """A table for people, and the sentences that explain it. The table may be empty."""

    table: pd.DataFrame
    words: str


def beside(comparison: Comparison, methods: Sequence[str]) -> list[Analysis]:
    """Return the analyses of a comparison by ``methods``, which are names in `METHODS`."""
    return [METHODS[method](comparison) for method in methods]


def _bayes(comparison: Comparison) -> Analysis:
    """Return the posterior probabilities of each row, over the seeds on which no run failed."""
    rows = comparison.rows
    words = (
        "bayes: posterior probabilities for the mean difference over seeds (Bayesian t-test,"
        f" Benavoli et al. 2017). Equivalent: within {POINTS * comparison.margin:g} points. They"
        " are for one row, one look and these test images."
    )
    if any(row.failed for row in rows):
        words += " Seeds on which a run failed are left out."
    if any(len(row.pair.learned) < 2 for row in rows):
        words += " Fewer than two seeds have no posterior."
    if any(row.statistics and row.statistics.standard_deviation == 0 for row in rows):
        words += " Where all differences are equal, the posterior is one point."
    return Analysis(pd.DataFrame([_posterior_cells(row, comparison.margin) for row in rows]), words)


def _posterior_cells(row: Row, margin: float) -> dict[str, object]:
    learned = row.pair.learned
    cells = {**_arms(row), "seeds": len(learned)}
    if len(learned) < 2:
        return {**cells, "A better": "", "equivalent": "", "B better": ""}
    found = posterior((learned["a"] - learned["b"]).to_numpy(float), margin)
    return {
        **cells,
        "A better": _probability(found.a_better),
        "equivalent": _probability(found.equivalent),
        "B better": _probability(found.b_better),
    }


def _superiority(comparison: Comparison) -> Analysis:
    """Return P(A>B) of each row with its interval, and what it means."""
    words = (
        "superiority: P(A>B) with its 95 % bootstrap interval over seeds; ties count half, a"
        " diverged run loses. Significant: the arm whose interval is above"
        f" {POINTS * CHANCE:g} %. Meaningful: it also reaches above {POINTS * THRESHOLD:g} %"
        f" (Bouthillier et al. 2021, who advise {ADVISED_SEEDS} seeds). It is for one row, one look"
        " and these test images."
    )
    return Analysis(pd.DataFrame([_superiority_cells(row) for row in comparison.rows]), words)


def _superiority_cells(row: Row) -> dict[str, object]:
    found = outperformance(row.pair.wins)
    known = not math.isnan(found.low)
    interval = f"{POINTS * found.low:.0f}-{found.high:.0%}" if known else "too few seeds"
    significant, meaningful = _significance(row, found) if known else ("", "")
    return {
        **_arms(row),
        "seeds": row.seeds,
        "P(A>B)": f"{found.share:.0%} ({interval})" if row.seeds else "",
        "significant": significant,
        "meaningful": meaningful,
    }


def _significance(row: Row, found: Outperformance) -> tuple[str, str]:
    """Return the arm that outperforms the other, and whether it does often enough to matter."""
    for arm, of_arm in ((row.arm_a, found), (row.arm_b, found.reversed)):
        if of_arm.significant:
            return arm, "yes" if of_arm.meaningful else "no"
    return "no", ""


def _ranks(comparison: Comparison) -> Analysis:
    """Return the ranks of the arms in each condition with enough data sets."""
    tuned = comparison.tuned
    tables = dict(accuracies_by_data_set(tuned, comparison.group, comparison.metric))
    enough = {name: each for name, each in tables.items() if len(each) >= FEWEST_DATA_SETS}
    if not enough:
        most = max(map(len, tables.values()), default=0)
        return Analysis(pd.DataFrame(), _too_few_data_sets(most, tuned["data"].nunique()))
    known = {name: ranks(each) for name, each in enough.items()}
    rows = [cells for name, each in known.items() for cells in _rank_cells(name, each)]
    table = pd.DataFrame(rows)
    if not any(table["CD"]):
        table = table.drop(columns="CD")
    words = f"{_rank_words([*known.values()])}{_left_out(tables.keys() - enough.keys())}"
    return Analysis(table, words)


def _rank_words(known: Sequence[Ranks]) -> str:
    """Return sentences about ranks, with the tests that were done."""
    words = (
        "ranks: mean ranks over data sets (Demšar 2006; 1 is best) of the mean accuracies over the"
        " same seeds; a diverged run counts as guessing."
    )
    if any(len(each.mean_ranks) > 2 for each in known):
        words += (
            " Three arms or more: p is Friedman's; if it is below 5 %, arms differ whose ranks are"
            " further apart than Nemenyi's critical distance CD."
        )
    two = [each for each in known if len(each.mean_ranks) == 2]
    if two:
        words += " Two arms: p is Wilcoxon's."
    if any(each.data_sets == FEWEST_DATA_SETS for each in two):
        words += f" With {FEWEST_DATA_SETS} data sets it cannot be below 5 %."
    return f"{words} It is for one condition and one look."


def _left_out(conditions: Iterable[str]) -> str:
    """Return a sentence about conditions with too few data sets; empty if there are none."""
    names = ", ".join(sorted(conditions))
    return names and f" Fewer than {FEWEST_DATA_SETS} data sets: {names}."


def _too_few_data_sets(most: int, of: int) -> str:
    """Return why there are no ranks: ``most`` data sets have all arms with the same seeds."""
    needed = f"ranks need {FEWEST_DATA_SETS} data sets or more"
    if most == of:
        return f"{needed}; these runs have {of}"
    return f"{needed} on which all arms have the same seeds; these runs have {most} of {of}"


def _rank_cells(condition: str, found: Ranks) -> list[dict[str, object]]:
    known = not math.isnan(found.critical_distance)
    return [
        {
            "condition": condition,
            "arm": arm,
            "data sets": found.data_sets,
            "mean rank": f"{rank:.2f}",
            "p": p_value_words(found.p),
            "CD": f"{found.critical_distance:.2f}" if known else "",
            "worse than": ", ".join(found.better_than(str(arm))),
        }
        for arm, rank in found.mean_ranks.items()
    ]


def _arms(row: Row) -> dict[str, object]:
    return {"condition": row.condition, "A": row.arm_a, "B": row.arm_b}


def _probability(p: float) -> str:
    if p > 0.999:
        return "> 99.9%"
    return "< 0.1%" if p < 0.001 else f"{p:.1%}"


METHODS: dict[str, Callable[[Comparison], Analysis]] = {
    "bayes": _bayes,
    "superiority": _superiority,
    "ranks": _ranks,
}
"""The analyses by name."""
