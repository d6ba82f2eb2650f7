"""Advice about a factorial design: which cells or seeds are missing, with commands for them."""

import itertools
from collections.abc import Sequence

import pandas as pd

from experiments.comparison.advice import in_one_line, or_else, then_compare
from experiments.comparison.arms import ARM, CONDITION, LEVELS, crossed, level_columns
from experiments.comparison.cells import Design, Levels, designs
from experiments.comparison.contrasts import contrasts
from experiments.comparison.missing_runs import MissingRunsError
from experiments.comparison.power import fewest_seeds
from experiments.comparison.seed_words import seed_words
from experiments.comparison.tuning import FINAL, tuned
from experiments.errors import UserError
from experiments.results import RATE, Scope, commands, default_rate, with_choices, with_seeds

Groups = tuple[str, str]


def missing_cells(
    runs: pd.DataFrame, groups: Groups, found: Sequence[Design], scope: Scope
) -> list[str]:
    """Return a sentence for each condition in which a cell has no run.

    ``runs`` are as from `tuned`. A cell is missing if the condition has both of its levels, or if a
    factor has one level only in the condition and more elsewhere.
    """
    named = crossed(runs, *groups)
    sentences = []
    for design in found:
        missing = _missing(design, found)
        if not missing:
            continue
        seeds = sorted({int(seed) for cell in design.cells.values() for seed in cell.runs["seed"]})
        rows = [_row(named, groups, design.condition, levels) for levels in missing]
        lines = commands(with_seeds(pd.DataFrame(rows), seeds))
        elsewhere = contrasts_elsewhere(groups, scope, more_than=found)
        sentences.append(
            f"{design.condition}: {', '.join(map(' '.join, missing))}"
            f" {'has' if len(missing) == 1 else 'have'} not been run{scope.words};"
            f" {or_else(elsewhere)}run {in_one_line(lines, groups, scope)}"
        )
    return sentences


def missing_seeds(groups: Groups, found: Sequence[Design], scope: Scope) -> list[str]:
    """Return a sentence for each condition in which not all cells have the same seeds."""
    sentences = []
    for design in found:
        present = {cell.arm: {*map(int, cell.runs["seed"])} for cell in design.cells.values()}
        chosen_on = {seed for cell in design.cells.values() for seed in cell.chosen_on}
        every = set.union(*present.values()) - chosen_on
        lacking = {arm: sorted(every - seeds) for arm, seeds in present.items() if every - seeds}
        if not lacking or not design.is_crossed:
            continue
        words = "; ".join(f"{arm} lacks {seed_words(seeds)}" for arm, seeds in lacking.items())
        rows = [
            with_seeds(cell.runs.iloc[:1], lacking[cell.arm])
            for cell in design.cells.values()
            if cell.arm in lacking
        ]
        lines = in_one_line(commands(pd.concat(rows)), groups, scope)
        sentences.append(
            f"{design.condition}: seeds that a cell lacks are left out{scope.words}: {words}; run"
            f" {lines}"
        )
    return sentences


def not_crossed(
    runs: pd.DataFrame, groups: Groups, found: Sequence[Design], scope: Scope
) -> UserError:
    """Return why no effect can be estimated, with the command that makes all cells.

    ``runs`` are as from `tuned`, and ``found`` their designs.
    """
    first, second = groups
    elsewhere = or_else(contrasts_elsewhere(groups, scope))
    if lacking := _without_option(runs, groups):
        return UserError(f"{first} and {second} cannot be crossed{scope.words}: {lacking}")
    for group in groups:
        levels = sorted(map(str, runs[group].dropna().unique()))
        if len(levels) == 1:
            lines = _with_all_choices(crossed(runs, *groups), groups, group)
            reason = f"only one {group}, {levels[0]}, has been run{scope.words}"
            to_do = f"{elsewhere}run the others as well:"
            return MissingRunsError(reason, to_do, lines, then_compare(lines, groups, scope))
    named = crossed(runs, *groups)
    design = max(found, key=lambda each: len(each.cells))
    lines = commands(_complete(named, groups, design, found))
    present = ", ".join(cell.arm for cell in design.cells.values())
    reason = (
        f"{first} and {second} are not crossed{scope.words}: {design.condition} has {present} only"
    )
    return MissingRunsError(reason, f"{elsewhere}run", lines, then_compare(lines, groups, scope))


def contrasts_elsewhere(groups: Groups, scope: Scope, *, more_than: Sequence[Design] = ()) -> str:
    """Return advice to compare all runs of the source, if these have effects with two seeds.

    With ``more_than`` they must also have more cells than these designs.
    """
    everything = scope.all_runs()
    if everything is None or not everything["status"].isin(FINAL).any():
        return ""
    if not {*groups} <= {*everything.columns}:
        return ""
    known = designs(tuned(everything), *groups)
    if sum(len(each.cells) for each in known) <= sum(len(each.cells) for each in more_than):
        return ""
    if not any(len(each.values) > 1 for each in contrasts(known, *groups)):
        return ""
    return (
        "all runs together have more: compare them with"
        f" {scope.command('compare', *groups, '--all')}"
    )


def _with_all_choices(named: pd.DataFrame, groups: Groups, group: str) -> list[str]:
    """Return the commands that make each choice in a group, at each level of the other factor."""
    same = named[named[CONDITION] == named[CONDITION].iloc[0]]
    examples = same.drop_duplicates(list(LEVELS)).drop(columns=[ARM, CONDITION, *LEVELS])
    return [
        line
        for _, run in examples.iterrows()
        for line in with_choices(run, group, range(fewest_seeds(3)), kept=groups)
    ]


def _missing(design: Design, found: Sequence[Design]) -> list[Levels]:
    """Return the pairs of levels of a condition that have no run."""
    first, second = design.first, design.second
    if len(first) == 1:
        first = sorted({level for each in found for level in each.first})
    if len(second) == 1:
        second = sorted({level for each in found for level in each.second})
    return [levels for levels in itertools.product(first, second) if levels not in design.cells]


def _without_option(runs: pd.DataFrame, groups: Groups) -> str:
    """Return that choices of one group have no such option, if the other is its option."""
    for group, option in (groups, groups[::-1]):
        choices = sorted(map(str, runs[runs[option].isna()][group].unique()))
        if option.startswith(f"{group}.") and choices:
            return f"{', '.join(choices)} {'have' if len(choices) > 1 else 'has'} no {option}"
    return ""


def _complete(
    named: pd.DataFrame, groups: Groups, design: Design, found: Sequence[Design]
) -> pd.DataFrame:
    """Return rows for the runs of all cells of a condition, on enough seeds for a verdict."""
    missing = _missing(design, found)
    rows = [
        *(cell.runs.iloc[0] for cell in design.cells.values()),
        *(_row(named, groups, design.condition, levels) for levels in missing),
    ]
    present = {int(seed) for cell in design.cells.values() for seed in cell.runs["seed"]}
    return with_seeds(pd.DataFrame(rows), sorted(present | {*range(fewest_seeds(3))}))


def _row(named: pd.DataFrame, groups: Groups, condition: str, levels: Levels) -> pd.Series:
    """Return a run of a cell that has none: a run of the condition with the levels of others.

    It has the default learning rate of its choices.
    """
    same = named[named[CONDITION] == condition]
    row = same.iloc[0].copy()
    for column, level, own in zip(LEVELS, levels, level_columns(named, *groups), strict=True):
        donors = pd.concat([same, named])
        donor = donors[donors[column] == level].iloc[0]
        row[own] = donor[own]
    row[RATE] = default_rate(row)
    return row
