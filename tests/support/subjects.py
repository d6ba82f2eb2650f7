"""What a report is about, for tests: the rows of `frames`, with a history of several metrics."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import frames
import pandas as pd

from experiments.comparison import named
from experiments.recording import METRICS
from experiments.report.subject import Subject
from experiments.results import SweepSummary


def history(runs: pd.DataFrame, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return the history of runs: accuracies as the rows say, and costs and seconds from them."""
    long = [
        {"identity": row["identity"], "epoch": epoch, "metric": metric, "value": value}
        for row in rows
        for epoch, accuracy in enumerate(row[frames.EPOCHS], 1)
        for metric, value in (
            ("train/accuracy", accuracy + 0.01),
            ("validation/accuracy", accuracy),
            ("train/loss", 0.9 - accuracy),
            ("validation/loss", 1 - accuracy),
            ("seconds", 0.5),
        )
    ]
    own = runs.drop(columns=[each for each in runs if "/" in each])
    columns = ["identity", "epoch", "metric", "value"]
    return own.merge(pd.DataFrame(long, columns=columns), on="identity")


def subject(rows: list[dict[str, Any]], sweep: SweepSummary | None = None) -> Subject:
    """Return the subject of a report about these rows."""
    runs = frames.frame(rows).assign(outputs=None)
    return Subject(source=Path("no folder"), sweep=sweep, runs=runs, history=history(runs, rows))


def with_arms(rows: list[dict[str, Any]], group: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return runs and their history, with the arms of a group."""
    runs = named(frames.frame(rows), group)
    return runs, history(runs, rows)


TEST = METRICS[0]
