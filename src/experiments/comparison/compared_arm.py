"""An arm that is compared: its runs in one condition."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, kw_only=True)
class ComparedArm:
    """All runs of an arm in a condition, at its best learning rate."""

    condition: str
    arm: str
    runs: pd.DataFrame
    common: tuple[int, ...]  # the seeds on which it is compared
    chosen_on: frozenset[int] = frozenset()  # on which a learning rate was chosen
