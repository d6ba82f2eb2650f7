"""Advice: which runs are missing for a comparison, with the commands that make them."""

import itertools
from collections.abc import Sequence

import pandas as pd

from experiments.comparison.arms import ARM, CHOICES, CONDITION, named
from experiments.comparison.divergence import (
    at_lower_rates,
    describe_divergence,
    diverges,
    diverging_arms,
)
from experiments.comparison.pairing import Pair
from experiments.comparison.pairing import pairs as pairs_of
from experiments.comparison.power import fewest_seeds
from experiments.comparison.statuses import status_counts
from experiments.comparison.tuning import FINAL, final_runs, tuned
from experiments.results import RATE, Scope, commands, options, with_choices, with_seeds


def runs_with_more_seeds(pair: Pair, n: int) -> pd.DataFrame:
    """Return rows for the runs of a pair on ``n`` new seeds and on all seeds that it has.

    The present seeds are included because they may have to be completed or extended.
    """
    present = sorted({int(seed) for seed in pair.values.index})
    new = itertools.islice((seed for seed in itertools.count() if seed not in present), n)
    return with_seeds(pd.concat([pair.runs_a.iloc[:1], pair.runs_b.iloc[:1]]), [*present, *new])


def incomplete(runs: pd.DataFrame, group: str, pairs: Sequence[Pair], scope: Scope) -> list[str]:
    """Return a sentence for each condition with one arm only, and for seeds of one arm only."""
    sentences = []
    arms = _arms(runs, group)
    for condition, same in named(runs, group).groupby(CONDITION, sort=True):
        if same[group].nunique() == 1 and len(arms) > 1:
            seeds = sorted(set(same["seed"]))
            lines = " && ".join(with_choices(same.iloc[0], group, seeds, among=arms))
            sentences.append(
                f"{condition}: only {same[ARM].iloc[0]} has been run{scope.words};"
                f" {_or(_elsewhere(same, group, scope))}run the others with: {lines}"
            )
    for pair in pairs:
        unmatched = {*pair.runs_a["seed"], *pair.runs_b["seed"]} - {*pair.values.index}
        if unmatched:
            listed = ", ".join(map(str, sorted(unmatched)))
            sentences.append(
                f"{pair.condition}: only {pair.arm_a} or {pair.arm_b} has seed {listed}"
                f"{scope.words}, not both"
            )
    return sentences


def lower_rates_needed(pairs: Sequence[Pair], group: str, scope: Scope) -> list[str]:
    """Return a sentence for each condition with an arm that diverges in nearly all of its runs."""
    sentences = []
    for condition, arms in diverging_arms(pairs).items():
        rows = [at_lower_rates(runs, sorted({*runs["seed"]})) for runs in arms.values()]
        lines = commands(pd.concat(rows))
        sentences.append(
            f"{condition}: {describe_divergence(arms)}; more seeds do not help, lower learning"
            f" rates may: {_in_one_line(lines, group, scope, alone=False)}"
        )
    return sentences


def no_pairs(runs: pd.DataFrame, group: str, scope: Scope) -> str:
    """Return why no two arms can be compared, and the command that makes the missing runs."""
    arms = _arms(runs, group)
    seeds = range(fewest_seeds())
    elsewhere = _or(_elsewhere(runs, group, scope))
    if len(arms) == 1:
        lines = with_choices(runs.iloc[0], group, seeds)
        return (
            f"only one {group}, {arms[0]}, has been run{scope.words}; {elsewhere}run the others as"
            f" well: {_in_one_line(lines, group, scope)}"
        )
    first = runs[runs[group].astype(str) == arms[0]].iloc[0]
    lines = with_choices(first, group, seeds, among=arms)
    differing = " and ".join(_never_the_same(runs, group)) or "condition"
    return (
        f"{', '.join(arms)} were not run with the same {differing}{scope.words}, so no two runs"
        f" differ in {group} only; {elsewhere}run {_in_one_line(lines, group, scope)}"
    )


def too_few_seeds(pairs: Sequence[Pair], group: str, scope: Scope) -> str:
    """Return why pairs with at most one seed cannot be compared, and how to add seeds.

    An arm that diverges gets the seeds at lower learning rates.
    """
    needed = fewest_seeds(len(pairs))
    runs = pd.concat([each for pair in pairs for each in (pair.runs_a, pair.runs_b)])
    diverging = diverging_arms(pairs)
    rows = [
        (at_lower_rates if diverges(each) else with_seeds)(each.iloc[:1], range(needed))
        for pair in pairs
        for each in (pair.runs_a, pair.runs_b)
    ]
    lines = commands(pd.concat(rows))
    one = any(len(pair.values) for pair in pairs)
    reasons = [f"{name}: {describe_divergence(arms)}" for name, arms in diverging.items()]
    lower = f"; {', '.join(reasons)}, so lower learning rates are needed, too" if reasons else ""
    return (
        f"the arms of {group} have {'one seed' if one else 'no seed'} in common{scope.words}, but a"
        f" comparison needs at least {needed}{lower}; {_or(_elsewhere(runs, group, scope))}run"
        f" {_in_one_line(lines, group, scope)}"
    )


def nothing_final(runs: pd.DataFrame, group: str, scope: Scope) -> str:
    """Return that no run has ended with a result, and whether other runs of the source have."""
    elsewhere = _elsewhere(runs[:0], group, scope)
    return (
        f"no run has finished or diverged yet{scope.words} ({status_counts(runs)}), so there is"
        f" nothing to compare{elsewhere and '; '}{elsewhere}"
    )


def _elsewhere(runs: pd.DataFrame, group: str, scope: Scope) -> str:
    """Return advice to compare all runs of the source, if these allow more than ``runs``.

    They do if they have more arms than ``runs``, or as many but in pairs with two seeds or more.
    """
    everything = scope.all_runs()
    if everything is None or not everything["status"].isin(FINAL).any():
        return ""
    final = final_runs(everything)
    if len(runs):
        same = named(final, group)
        shared = same[same["identity"].isin(runs["identity"])][CONDITION]
        final = final if len({*shared}) != 1 else same[same[CONDITION].isin(shared)]
    arms, known = _arms(runs, group), _arms(final, group)
    command = scope.command("compare", group, "--all")
    if len(known) > max(len(arms), 1):
        return f"all runs together have {', '.join(known)}: compare them with {command}"
    if any(len(pair.values) > 1 for pair in pairs_of(tuned(final), group)):
        return f"all runs together are enough: compare them with {command}"
    return ""


def _or(advice: str) -> str:
    """Return advice that is followed by other advice."""
    return f"{advice}; or " if advice else ""


def _arms(runs: pd.DataFrame, group: str) -> list[str]:
    return sorted(map(str, runs[group].unique()))


def _never_the_same(runs: pd.DataFrame, group: str) -> list[str]:
    """Return the columns in which no value is common to all arms."""
    arms = [part for _, part in runs.groupby(group, observed=True)]
    others = [each for each in options(runs) if each != RATE and not each.startswith(f"{group}.")]
    return [
        column
        for column in (*CHOICES, *others, "data")
        if column != group and not set.intersection(*(set(arm[column].astype(str)) for arm in arms))
    ]


def _in_one_line(lines: Sequence[str], group: str, scope: Scope, *, alone: bool = True) -> str:
    """Return commands as one line, followed by the command that compares all runs if it is needed.

    It is if there are several commands, or if their runs ``alone`` are not enough.
    """
    compare_all = scope.command("compare", group, "--all")
    after = f", then compare with: {compare_all}" if len(lines) > 1 or not alone else ""
    return " && ".join(lines) + after
