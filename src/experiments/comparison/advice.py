"""Advice: which runs are missing for a comparison, with the commands that make them."""

import itertools
from collections.abc import Sequence

import pandas as pd

from experiments.comparison.arms import ARM, CHOICES, CONDITION, named
from experiments.comparison.pairing import Pair
from experiments.comparison.power import fewest_seeds
from experiments.configuration import experiments_command
from experiments.results import RATE, commands, options, with_choices, with_seeds


def runs_with_more_seeds(pair: Pair, n: int) -> pd.DataFrame:
    """Return rows for the runs of a pair on ``n`` new seeds and on all seeds that it has.

    The present seeds are included because they may have to be completed or extended.
    """
    present = sorted({int(seed) for seed in pair.values.index})
    new = itertools.islice((seed for seed in itertools.count() if seed not in present), n)
    return with_seeds(pd.concat([pair.runs_a.iloc[:1], pair.runs_b.iloc[:1]]), [*present, *new])


def incomplete(runs: pd.DataFrame, group: str, pairs: Sequence[Pair]) -> list[str]:
    """Return a sentence for each condition with one arm only, and for seeds of one arm only."""
    sentences = []
    arms = sorted(map(str, runs[group].unique()))
    for condition, same in named(runs, group).groupby(CONDITION, sort=True):
        if same[group].nunique() == 1 and len(arms) > 1:
            seeds = sorted(set(same["seed"]))
            lines = " && ".join(with_choices(same.iloc[0], group, seeds, among=arms))
            sentences.append(
                f"{condition}: only {same[ARM].iloc[0]} has been run; run the others with: {lines}"
            )
    for pair in pairs:
        unmatched = {*pair.runs_a["seed"], *pair.runs_b["seed"]} - {*pair.values.index}
        if unmatched:
            listed = ", ".join(map(str, sorted(unmatched)))
            sentences.append(
                f"{pair.condition}: only {pair.arm_a} or {pair.arm_b} has seed {listed}, not both"
            )
    return sentences


def no_pairs(runs: pd.DataFrame, group: str) -> str:
    """Return why no two arms can be compared, and the command that makes the missing runs."""
    arms = sorted(map(str, runs[group].unique()))
    seeds = range(fewest_seeds())
    if len(arms) == 1:
        lines = with_choices(runs.iloc[0], group, seeds)
        return (
            f"only one {group}, {arms[0]}, has been run; run the others as well:"
            f" {_in_one_line(lines, group)}"
        )
    first = runs[runs[group].astype(str) == arms[0]].iloc[0]
    lines = with_choices(first, group, seeds, among=arms)
    differing = " and ".join(_never_the_same(runs, group)) or "condition"
    return (
        f"{', '.join(arms)} were not run with the same {differing}, so no two runs differ in"
        f" {group} only; run {_in_one_line(lines, group)}"
    )


def too_few_seeds(pairs: Sequence[Pair], group: str) -> str:
    """Return why pairs with at most one seed cannot be compared, and how to add seeds."""
    needed = fewest_seeds(len(pairs))
    rows = pd.concat([runs.iloc[:1] for pair in pairs for runs in (pair.runs_a, pair.runs_b)])
    lines = commands(with_seeds(rows.drop_duplicates("identity"), range(needed)))
    one = any(len(pair.values) for pair in pairs)
    return (
        f"the arms of {group} have {'one seed' if one else 'no seed'} in common, but a comparison"
        f" needs at least {needed}; run {_in_one_line(lines, group)}"
    )


def _never_the_same(runs: pd.DataFrame, group: str) -> list[str]:
    """Return the columns in which no value is common to all arms."""
    arms = [part for _, part in runs.groupby(group, observed=True)]
    others = [each for each in options(runs) if each != RATE and not each.startswith(f"{group}.")]
    return [
        column
        for column in (*CHOICES, *others, "data")
        if column != group and not set.intersection(*(set(arm[column].astype(str)) for arm in arms))
    ]


def _in_one_line(lines: Sequence[str], group: str) -> str:
    """Return commands as one line. Several commands need `compare --all` afterwards."""
    compare_all = experiments_command("compare", group, "--all")
    after = f", then compare with: {compare_all}" if len(lines) > 1 else ""
    return " && ".join(lines) + after
