"""Which runs have opened their test set: the others have finished, but cannot be compared on it."""

import pandas as pd

from experiments.recording import Status


def is_closed(runs: pd.DataFrame, metric: str) -> pd.Series:
    """Return for each run whether it has finished without a value of ``metric``.

    The metric is then one of the test set, which was left closed (`score_test=false`).
    """
    return (runs["status"] == Status.FINISHED.value) & runs[metric].isna()


def opened(runs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the runs that can be compared on ``metric``: those that are not closed."""
    return runs[~is_closed(runs, metric)]
