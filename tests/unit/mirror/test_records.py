"""Finding the records in a folder."""

from pathlib import Path

import pytest
import records as builders

from experiments.mirror.records import records
from experiments.recording import SWEEP_RECORD


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """Three runs and two sweeps: the newer sweep has runs 1 and 2, the older one run 2."""
    for identity in ("1", "2", "3", "1.1"):
        builders.write_run(tmp_path, identity)
    builders.write_sweep_record(tmp_path, builders.sweep_record(["1", "2"], id="new", time=2.0))
    builders.write_sweep_record(tmp_path, builders.sweep_record(["2"], id="old", time=1.0))
    return tmp_path


def names(outputs: Path) -> list[str]:
    """Return the records in an outputs folder, as `sweeps/ID` and `runs/IDENTITY`."""
    return [str(folder.relative_to(outputs)) for folder in records(outputs)]


def test_sweeps_come_first_then_the_runs_of_no_sweep(outputs: Path) -> None:
    assert names(outputs) == ["sweeps/old", "sweeps/new", "runs/1.1", "runs/3"]


@pytest.mark.parametrize("name", ["runs/2", "sweeps/new"])
def test_a_record_itself_is_the_only_record(outputs: Path, name: str) -> None:
    assert list(records(outputs / name)) == [outputs / name]


def test_the_runs_of_a_damaged_sweep_are_found_nevertheless(outputs: Path) -> None:
    (outputs / "sweeps" / "new" / SWEEP_RECORD).write_bytes(b"{")
    assert sorted(names(outputs)) == ["runs/1", "runs/1.1", "runs/3", "sweeps/new", "sweeps/old"]


def test_an_empty_folder_has_no_records(tmp_path: Path) -> None:
    assert names(tmp_path) == []
    assert names(tmp_path / "missing") == []
