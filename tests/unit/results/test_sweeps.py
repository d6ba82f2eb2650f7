"""The sweeps of an outputs folder."""

import re
from pathlib import Path

import pytest
import records
from recorded_runs import NEW_SWEEP, OLD_SWEEP

from experiments import results
from experiments.errors import UserError
from experiments.recording import RecordedTracking


def test_sweeps_are_listed_the_newest_last(outputs: Path) -> None:
    assert [sweep.id for sweep in results.sweeps(outputs)] == [OLD_SWEEP, NEW_SWEEP]


def test_a_summary_has_the_values_of_the_record(tmp_path: Path) -> None:
    store = "sqlite:////somewhere/mlflow.db"
    record = records.sweep_record(
        ["a", "b", "c"],
        overrides=["seed=range(3)", "outputs=my folder"],
        tracking=RecordedTracking(experiment="mine", uri=store, artifacts="artifacts"),
    )
    records.write_sweep_record(tmp_path, record)
    assert results.sweeps(tmp_path) == [
        results.SweepSummary(
            id=record.id,
            name=record.name,
            command="python run.py -m 'seed=range(3)' 'outputs=my folder'",
            n_runs=3,
            time=record.time,
            store=store,
        )
    ]


def test_a_sweep_is_found_by_the_first_characters_of_its_id(outputs: Path) -> None:
    for prefix in (OLD_SWEEP, OLD_SWEEP[:1]):
        found = results.find_sweep(outputs, prefix)
        assert found is not None
        assert found.id == OLD_SWEEP


def test_without_an_id_the_newest_sweep_is_found(outputs: Path, tmp_path: Path) -> None:
    found = results.find_sweep(outputs, None)
    assert found is not None
    assert found.id == NEW_SWEEP
    assert results.find_sweep(tmp_path, None) is None


@pytest.mark.parametrize(("prefix", "n_sweeps"), [("7", 0), ("", 2)])
def test_an_id_of_none_or_several_is_an_error_that_names_all(
    outputs: Path, prefix: str, n_sweeps: int
) -> None:
    message = f"{n_sweeps} sweeps of {outputs} match, expected one; known ids: {OLD_SWEEP}"
    with pytest.raises(UserError, match=re.escape(message)):
        results.find_sweep(outputs, prefix)


def test_an_id_without_any_sweeps_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"known ids: none$"):
        results.find_sweep(tmp_path, "5")
