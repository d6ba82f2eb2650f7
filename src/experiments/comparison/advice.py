"""Advice: which runs are missing for a comparison, with the commands that make them."""

import itertools
from collections.abc import Iterable, Sequence

import pandas as pd

from experiments.comparison.arms import ARM, CHOICES, CONDITION, named, shared_options
from experiments.comparison.compared_arm import ComparedArm
from experiments.comparison.divergence import (
    at_lower_rates,
    describe_divergence,
    diverges,
    diverging_arms,
)
from experiments.comparison.missing_runs import MissingRunsError
from experiments.comparison.pairing import Pair
from experiments.comparison.pairing import pairs as pairs_of
from experiments.comparison.power import fewest_seeds
from experiments.comparison.seed_words import seed_words
from experiments.comparison.statuses import status_counts
from experiments.comparison.tuning import FINAL, final_runs, tuned
from experiments.results import RATE, Scope, commands, options, with_choices, with_seeds


def runs_with_more_seeds(arms: Sequence[ComparedArm], n: int) -> pd.DataFrame:
    """Return rows for the runs of arms on ``n`` new seeds and on all seeds that they share.

    The present seeds are included because they may have to be completed or extended, and so are
    those on which learning rates were chosen: then a range of seeds has no hole.
    """
    present = sorted({seed for each in arms for seed in (*each.common, *each.chosen_on)})
    new = itertools.islice((seed for seed in itertools.count() if seed not in present), n)
    return with_seeds(pd.concat([each.runs.iloc[:1] for each in arms]), [*present, *new])


def incomplete(runs: pd.DataFrame, group: str, pairs: Sequence[Pair], scope: Scope) -> list[str]:
    """Return a sentence for each condition with one arm only, and for seeds of one arm only."""
    sentences = []
    arms = _arms(runs, group)
    for condition, same in named(runs, group).groupby(CONDITION, sort=True):
        if same[group].nunique() == 1 and len(arms) > 1:
            seeds = sorted(set(same["seed"]))
            kept = shared_options(runs, group)
            lines = " && ".join(with_choices(same.iloc[0], group, seeds, arms, kept))
            names = sorted({*map(str, same[ARM])})
            sentences.append(
                f"{condition}: only {' and '.join(names)} {'has' if len(names) == 1 else 'have'}"
                f" been run{scope.words};"
                f" {or_else(pairs_elsewhere(same, group, scope))}run the others with: {lines}"
            )
    for pair in pairs:
        unmatched = (
            {*pair.runs_a["seed"], *pair.runs_b["seed"]} - {*pair.values.index} - pair.chosen_on
        )
        if unmatched:
            sentences.append(
                f"{pair.condition}: only {pair.arm_a} or {pair.arm_b} has {seed_words(unmatched)}"
                f"{scope.words}, not both"
            )
    return sentences


def lower_rates_needed(
    compared: Iterable[ComparedArm], groups: Sequence[str], scope: Scope
) -> list[str]:
    """Return a sentence for each condition with an arm that diverges in nearly all of its runs."""
    sentences = []
    for condition, arms in diverging_arms(compared).items():
        rows = [at_lower_rates(runs, sorted({*runs["seed"]})) for runs in arms.values()]
        lines = commands(pd.concat(rows))
        sentences.append(
            f"{condition}: {describe_divergence(arms)}; lower learning rates may help:"
            f" {in_one_line(lines, groups, scope)}"
        )
    return sentences


def no_pairs(runs: pd.DataFrame, group: str, scope: Scope) -> MissingRunsError:
    """Return why no two arms can be compared, with the command that makes the missing runs."""
    arms = _arms(runs, group)
    seeds = range(fewest_seeds())
    elsewhere = or_else(pairs_elsewhere(runs, group, scope))
    if len(arms) == 1:
        lines = with_choices(runs.iloc[0], group, seeds)
        reason = f"only one {group}, {arms[0]}, has been run{scope.words}"
        after = then_compare(lines, [group], scope)
        return MissingRunsError(reason, f"{elsewhere}run the others as well:", lines, after)
    first = runs[runs[group].astype(str) == arms[0]].iloc[0]
    lines = with_choices(first, group, seeds, among=arms)
    differing = " and ".join(_never_the_same(runs, group)) or "condition"
    reason = (
        f"{', '.join(arms)} were not run with the same {differing}{scope.words}, so no two runs"
        f" differ in {group} only"
    )
    return MissingRunsError(reason, f"{elsewhere}run", lines, then_compare(lines, [group], scope))


def too_few_seeds(
    compared: Sequence[ComparedArm],
    groups: Sequence[str],
    scope: Scope,
    *,
    family: int,
    one_look: bool,
    elsewhere: str,
) -> MissingRunsError:
    """Return why arms with at most one common seed cannot be compared, and how to add seeds.

    ``family`` is the number of comparisons, and ``elsewhere`` advice to compare other runs. An arm
    that diverges gets the seeds at lower learning rates.
    """
    needed = fewest_seeds(family, one_look=one_look)
    rows = [
        (at_lower_rates if diverges(each.runs) else with_seeds)(each.runs.iloc[:1], range(needed))
        for each in compared
    ]
    lines = commands(pd.concat(rows))
    one = any(each.common for each in compared)
    diverging = diverging_arms(compared)
    reasons = [f"{name}: {describe_divergence(arms)}" for name, arms in diverging.items()]
    lower = f"; {', '.join(reasons)}, so lower learning rates are needed, too" if reasons else ""
    reason = (
        f"the arms of {' and '.join(groups)} have {'one seed' if one else 'no seed'} in common"
        f"{scope.words}, but a comparison needs at least {needed}{lower}"
    )
    after = then_compare(lines, groups, scope)
    return MissingRunsError(reason, f"{or_else(elsewhere)}run", lines, after)


def nothing_final(runs: pd.DataFrame, scope: Scope, elsewhere: str) -> str:
    """Return that no run has ended with a result, and whether other runs of the source have."""
    return (
        f"no run has finished or diverged yet{scope.words} ({status_counts(runs)}), so there is"
        f" nothing to compare{elsewhere and '; '}{elsewhere}"
    )


def pairs_elsewhere(runs: pd.DataFrame, group: str, scope: Scope) -> str:
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


def or_else(advice: str) -> str:
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


def then_compare(
    lines: Sequence[str], groups: Sequence[str], scope: Scope, *, alone: bool = True
) -> str:
    """Return that all runs are to be compared after some commands, if that is needed.

    It is if there are several commands, or if their runs ``alone`` are not enough.
    """
    if len(lines) == 1 and alone:
        return ""
    return f", then compare with: {scope.command('compare', *groups, '--all')}"


def in_one_line(lines: Sequence[str], groups: Sequence[str], scope: Scope) -> str:
    """Return commands whose runs are not enough alone, and the one that compares all runs."""
    return " && ".join(lines) + then_compare(lines, groups, scope, alone=False)
