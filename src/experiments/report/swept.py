"""Which groups and options of conf/ were swept: each gets a chapter."""

import pandas as pd

from experiments.comparison import ARM, CHOICES, comparable, named

NETWORK = "architecture"
"""Networks are mostly what arms are compared on, so their own chapter comes last."""


def swept(runs: pd.DataFrame) -> list[str]:
    """Return the groups of conf/ that have several arms, and the other options that vary.

    An option is not listed if the arms of its group are already told apart by it.
    """
    groups = [group for group in CHOICES if named(runs, group)[ARM].nunique() > 1]
    others = [
        each
        for each in comparable(runs)
        if each not in CHOICES and not _told_apart(runs, each, groups)
    ]
    return [*sorted(groups, key=lambda group: group == NETWORK), *others]


def _told_apart(runs: pd.DataFrame, option: str, groups: list[str]) -> bool:
    """Return whether each arm of the option's group has one value of it."""
    group = option.partition(".")[0]
    if group not in groups:
        return False
    arms = named(runs, group).groupby(ARM, observed=True)[option]
    return int(arms.nunique().max()) <= 1
