"""Measured values of presets, as a replication returns them."""

from typing import Any

import pandas as pd

from experiments.replicating.measures import COLUMNS

OURS = (95.0, 95.2, 95.1, 95.4, 95.3)


def number(
    metric: str = "test/accuracy",
    *,
    values: tuple[float, ...] = OURS,
    seeds: bool = True,
    **other: Any,
) -> pd.DataFrame:
    """Return the rows of a number, one per value."""
    described = {
        "preset": "p",
        "case": 0,
        "setting": "",
        "metric": metric,
        "take": "last",
        "published": None,
        "digits": 2,
        "best_of": 1,
        "open": "",
        "missing": "",
        "identity": "a",
        "overrides": "",
        **other,
    }
    rows = [
        {**described, "seed": float(seed) if seeds else None, "value": value}
        for seed, value in enumerate(values)
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype({"published": float, "seed": float, "value": float})


def numbers(*frames: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of several numbers."""
    return pd.concat(frames, ignore_index=True)
