"""How many runs have each status."""

import pandas as pd


def status_counts(runs: pd.DataFrame) -> str:
    """Return how many runs have each status: `7 finished, 1 diverged`."""
    counts = runs["status"].value_counts()
    return ", ".join(f"{n} {status}" for status, n in counts[counts > 0].items())
