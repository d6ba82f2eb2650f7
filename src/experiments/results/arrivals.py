"""Time to accuracy: the first epoch that reaches an accuracy, and the training time to it."""

from collections.abc import Sequence

import pandas as pd

from experiments.results.frames import VALIDATION

TARGETS = (0.90, 0.95, 0.97)
"""Validation accuracies."""


def arrivals(history: pd.DataFrame, targets: Sequence[float] = TARGETS) -> pd.DataFrame:
    """Return one row per run and target, with the columns `target`, `epoch` and `seconds`.

    `epoch` is the first epoch with this validation accuracy or a higher one, `seconds` the training
    time up to the end of that epoch. Both are missing for a run that never reached the target.
    ``history`` must contain the metrics `validation/accuracy` and `seconds`.
    """
    described = history.drop(columns=["epoch", "metric", "value"]).drop_duplicates("identity")
    both = history[history["metric"].isin([VALIDATION, "seconds"])]
    wide = both.pivot(index=["identity", "epoch"], columns="metric", values="value")
    wide = wide.reindex(columns=[VALIDATION, "seconds"]).reset_index()  # also without any epoch
    wide["seconds"] = wide.groupby("identity")["seconds"].cumsum()
    tables = []
    for target in targets:
        first = wide[wide[VALIDATION] >= target].drop_duplicates("identity")
        reached = described.merge(
            first[["identity", "epoch", "seconds"]], on="identity", how="left"
        )
        tables.append(reached.assign(target=target))
    return pd.concat(tables, ignore_index=True)
