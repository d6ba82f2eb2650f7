"""The layout of an outputs folder."""

from pathlib import Path

import records

from experiments.recording import (
    is_run,
    is_set_aside,
    is_sweep,
    outputs_of,
    run_folder,
    run_folders,
    sweep_folder,
)


def test_runs_and_sweeps_have_folders_under_outputs() -> None:
    """Users and other programs read these folders, so their names do not change."""
    outputs = Path("outputs")
    assert run_folder(outputs, "ab") == Path("outputs/runs/ab")
    assert sweep_folder(outputs, "cd") == Path("outputs/sweeps/cd")
    assert outputs_of(run_folder(outputs, "ab")) == outputs
    assert outputs_of(sweep_folder(outputs, "cd")) == outputs


def test_only_folders_with_a_journal_are_runs(tmp_path: Path) -> None:
    first = records.write_run(tmp_path, "b")
    aside = records.write_run(tmp_path, "b.1")
    second = records.write_run(tmp_path, "a")
    empty = run_folder(tmp_path, "empty")
    empty.mkdir()
    assert run_folders(tmp_path) == [second, first, aside]
    assert run_folders(tmp_path / "missing") == []
    assert is_run(first)
    assert not is_run(empty)


def test_a_run_that_was_set_aside_has_a_number_after_its_identity(tmp_path: Path) -> None:
    assert is_set_aside(run_folder(tmp_path, "ab.1"))
    assert not is_set_aside(run_folder(tmp_path, "ab"))


def test_only_folders_with_a_record_are_sweeps(tmp_path: Path) -> None:
    folder = records.write_sweep_record(tmp_path, records.sweep_record())
    assert is_sweep(folder)
    assert not is_sweep(tmp_path)
