"""A cut of the data for each seed: `dataset.split_seed=${seed}` (Bouthillier et al. 2021)."""

import pandas as pd

SPLIT = "dataset.split_seed"
"""The column with the seed of the cut into training and validation set."""
OWN_SPLIT = "${seed}"
"""The value of `SPLIT`, as a command line gives it, if every seed has its own cut."""


def with_own_splits(runs: pd.DataFrame) -> pd.DataFrame:
    """Return runs whose split seed is `OWN_SPLIT` if it is the seed in every run.

    Then the cut belongs to the seed, as the initial weights do, and is no option of the experiment.
    Runs of one seed only, and others, are returned unchanged.
    """
    if SPLIT not in runs or runs[SPLIT].nunique() < 2 or not (runs[SPLIT] == runs["seed"]).all():
        return runs
    return runs.assign(**{SPLIT: OWN_SPLIT})
