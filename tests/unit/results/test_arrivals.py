"""The time to an accuracy."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import records
from recorded_runs import ADAM, FINISHED

from experiments import results

SECONDS = records.METRICS["seconds"]


@pytest.fixture(scope="module")
def table(outputs: Path) -> pd.DataFrame:
    history = results.history(outputs, metrics=["seconds", "validation/accuracy"])
    targets = (0.8, 0.9, 0.96)
    return results.arrivals(history, targets).set_index(["identity", "target"])


def test_each_run_with_an_epoch_has_a_row_for_each_target(table: pd.DataFrame) -> None:
    assert len(table) == 5 * 3
    assert table.index.is_unique


def test_the_first_epoch_at_the_target_counts(table: pd.DataFrame) -> None:
    assert table.loc[(FINISHED, 0.8), "epoch"] == 1
    assert table.loc[(FINISHED, 0.9), "epoch"] == 2
    assert table.loc[(ADAM, 0.9), "epoch"] == 1  # exactly the target


def test_the_seconds_are_those_of_all_epochs_up_to_it(table: pd.DataFrame) -> None:
    assert table.loc[(FINISHED, 0.8), "seconds"] == SECONDS
    assert table.loc[(FINISHED, 0.9), "seconds"] == 2 * SECONDS


def test_a_target_that_is_never_reached_is_missing(table: pd.DataFrame) -> None:
    row = table.loc[(FINISHED, 0.96)]
    assert np.isnan(row["epoch"])
    assert np.isnan(row["seconds"])


def test_the_columns_of_the_history_that_describe_a_run_stay(table: pd.DataFrame) -> None:
    assert table.loc[(ADAM, 0.8), "optimizer"] == "adam"
    assert not {"metric", "value"} & set(table)
