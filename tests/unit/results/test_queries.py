"""Runs and their history: selected by the values of columns, from any source."""

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import records
from recorded_runs import ADAM, DIED, FINISHED, INTERRUPTED, NEW_SWEEP, ORDER, VALIDATION

from experiments import results
from experiments.errors import UserError
from experiments.recording import JOURNAL, Status


def test_runs_are_in_the_order_of_their_starts(outputs: Path) -> None:
    frame = results.runs(outputs)
    assert list(frame["identity"]) == ORDER
    assert list(frame.index) == list(range(len(ORDER)))


def test_the_source_can_be_text(outputs: Path) -> None:
    pd.testing.assert_frame_equal(results.runs(str(outputs)), results.runs(outputs))


@pytest.mark.parametrize(
    ("source", "sweep", "message"),
    [
        (None, None, "None: write the folder or the address of the runs as a text"),
        ("o", 5, "sweep=5: write the id of a sweep as a text"),
    ],
)
def test_a_word_of_another_type_is_an_error(source: Any, sweep: Any, message: str) -> None:
    for read in (results.runs, results.history):
        with pytest.raises(UserError, match=f"^{message}$"):
            read(source, sweep=sweep)


def test_runs_are_selected_by_any_column(outputs: Path) -> None:
    assert list(results.runs(outputs, seed=5)["identity"]) == [INTERRUPTED]
    assert list(results.runs(outputs, optimizer__beta1=0.9)["identity"]) == [ADAM]
    both = results.runs(outputs, status="interrupted", optimizer="sgd")
    assert list(both["identity"]) == [DIED, INTERRUPTED]
    assert list(results.runs(outputs, status=Status.FINISHED)["identity"]) == [FINISHED, ADAM]


def test_a_column_that_does_not_exist_is_an_error_that_names_the_others(outputs: Path) -> None:
    with pytest.raises(UserError, match=r"^optimizer\.beta3: no such column; there are .*beta1"):
        results.runs(outputs, optimizer__beta3=0.9)


def test_a_selection_without_runs_is_an_error(outputs: Path) -> None:
    with pytest.raises(UserError, match=r"none of 6 runs has seed=99, optimizer\.beta1=0\.9$"):
        results.history(outputs, seed=99, optimizer__beta1=0.9)


def test_the_history_has_a_row_for_each_run_epoch_and_metric(outputs: Path) -> None:
    table = results.history(outputs)
    assert len(table) == (3 + 2 + 1 + 1 + 1) * len(records.METRICS)
    assert isinstance(table["metric"].dtype, pd.CategoricalDtype)
    accuracy = table[(table["identity"] == FINISHED) & (table["metric"] == "validation/accuracy")]
    assert list(zip(accuracy["epoch"], accuracy["value"], strict=True)) == [
        (epoch, value) for epoch, value in enumerate(VALIDATION, 1)
    ]


def test_the_history_says_what_each_run_is(outputs: Path) -> None:
    table = results.history(outputs, sweep=NEW_SWEEP)
    described = table.drop(columns=["epoch", "metric", "value"]).drop_duplicates()
    expected = results.runs(outputs, sweep=NEW_SWEEP)[list(described.columns)]
    pd.testing.assert_frame_equal(described, expected)
    assert {"identity", "name", "status", "data", "loss", "optimizer.beta1", "seed"} <= set(
        described
    )


def test_the_history_of_some_metrics_is_part_of_the_whole(outputs: Path) -> None:
    wanted = ["validation/accuracy", "seconds"]
    table = results.history(outputs)
    expected = table[table["metric"].isin(wanted)].reset_index(drop=True)
    expected["metric"] = expected["metric"].cat.remove_unused_categories()
    pd.testing.assert_frame_equal(results.history(outputs, metrics=wanted), expected)


def test_a_metric_that_does_not_exist_is_an_error_that_names_the_others(outputs: Path) -> None:
    with pytest.raises(UserError, match=r"train/lost: no such metrics; there are .*train/cost"):
        results.history(outputs, metrics=["train/cost", "train/lost"])


def test_recorded_reads_the_journals_of_some_runs_only(outputs: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(outputs, tmp_path / "copied")
    whole = (results.runs(copied), results.history(copied))
    (copied / "runs" / DIED / JOURNAL).write_text("damaged\n\n", encoding="utf-8")
    found = results.recorded(copied, {FINISHED, ADAM, "unknown"})
    assert found is not None
    for part, of_all in zip(found, whole, strict=True):
        expected = of_all[of_all["identity"].isin([FINISHED, ADAM])].reset_index(drop=True)
        pd.testing.assert_frame_equal(
            part[expected.columns], expected, check_categorical=False, check_dtype=False
        )


def test_recorded_is_none_if_no_run_is_recorded(outputs: Path) -> None:
    assert results.recorded(outputs, {"unknown"}) is None
