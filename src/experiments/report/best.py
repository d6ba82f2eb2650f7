"""The best arm of each condition, where the verdicts say that one is better than all others."""

from collections.abc import Iterable

import pandas as pd

from experiments.comparison import ARM, CONDITION, Comparison, Row, Verdict


def best_arms(arms: pd.DataFrame, comparisons: Iterable[Comparison]) -> set[tuple[str, str]]:
    """Return the conditions and arms that are better than all others of their condition.

    ``arms`` are runs with the columns of `named`, in the arms of all groups together. An arm is
    better than another one if a verdict says so, or several in a chain.
    """
    place = {
        row["identity"]: (str(row[CONDITION]), str(row[ARM]))
        for row in arms[["identity", CONDITION, ARM]].to_dict("records")
    }
    better: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for comparison in comparisons:
        for row in comparison.rows:
            for winner, loser in _decided(row, place):
                better.setdefault(winner, set()).add(loser)
    found = set()
    for condition, same in arms.groupby(CONDITION, observed=True):
        names = {(str(condition), str(arm)) for arm in same[ARM].unique()}
        if len(names) > 1:
            found |= {name for name in names if names - {name} <= _beaten(name, better)}
    return found


def _decided(
    row: Row, place: dict[str, tuple[str, str]]
) -> set[tuple[tuple[str, str], tuple[str, str]]]:
    """Return the arms of a row, the better one first; nothing if it does not decide."""
    if row.verdict not in (Verdict.A_BETTER, Verdict.B_BETTER):
        return set()
    winner, loser = row.pair.runs_a, row.pair.runs_b
    if row.verdict is Verdict.B_BETTER:
        winner, loser = loser, winner
    sides = [
        {place[each] for each in side["identity"] if each in place} for side in (winner, loser)
    ]
    return (
        {(a, b) for a in sides[0] for b in sides[1]} if all(len(s) == 1 for s in sides) else set()
    )


def _beaten(
    name: tuple[str, str], better: dict[tuple[str, str], set[tuple[str, str]]]
) -> set[tuple[str, str]]:
    """Return all arms that an arm beats, directly or in a chain."""
    found: set[tuple[str, str]] = set()
    waiting = [name]
    while waiting:
        for each in better.get(waiting.pop(), set()) - found:
            found.add(each)
            waiting.append(each)
    return found
