"""Folders that cannot be written, and folders that are deleted during a run."""

import shutil
import sys
from contextlib import suppress
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED, Program

pytestmark = pytest.mark.stress
BRIEF = ("dataset.train_size=300", "dataset.validation_size=1000")


@pytest.mark.parametrize(
    ("sweep", "below"), [((), ""), (("-m", "seed=1,2"), "new")], ids=["run", "sweep"]
)
def test_a_read_only_folder_is_an_error_of_one_line(
    tmp_path: Path, sweep: tuple[str, ...], below: str
) -> None:
    folder = tmp_path / "outputs"
    folder.mkdir()
    arguments = [*sweep, "epochs=1", *BRIEF, f"outputs={folder / below}"]
    command = [sys.executable, harness.PROJECT / "run.py", *arguments]
    with harness.read_only(folder), Program(command, tmp_path / "log") as program:
        assert program.wait() == 1
        (line,) = program.output.splitlines()
    assert line.startswith("error: ")
    assert "Read-only file system" in line or "Permission denied" in line
    assert str(folder / below) in line


def _delete(folder: Path) -> None:
    """Delete a folder while others write to it. Rename it first, so that it is gone at once."""
    aside = folder.with_name("deleted")
    folder.rename(aside)
    with suppress(FileNotFoundError):
        shutil.rmtree(aside)


@pytest.mark.parametrize(
    "tracking",
    [(NOT_TRACKED,), ()],
    ids=["not tracked", "tracked"],
)
def test_a_run_whose_folder_is_deleted_ends_with_one_line(
    tmp_path: Path, tracking: tuple[str, ...]
) -> None:
    folder = tmp_path / "outputs"
    with harness.start(folder, *harness.ENDLESS, *tracking) as program:
        harness.wait_for_epoch(folder)
        journal = harness.run_folder(folder) / "journal.jsonl"
        _delete(folder)
        assert program.wait() == 1
        assert harness.errors(program.output) == [f"error: {journal}: was deleted during the run"]
        program.wait_until_gone()


def test_the_other_runs_of_a_sweep_finish_when_the_folder_of_one_is_deleted(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    arguments = ("-m", "seed=1,2", "epochs=150", *BRIEF, NOT_TRACKED)
    with harness.start(folder, *arguments, "hydra.launcher.processes=2") as program:
        first, second = harness.wait_for_jobs(folder).values()
        harness.wait_for_epoch(first, second)
        _delete(first)
        assert program.wait() == 1
        output = program.output
    assert [row[:2] for row in harness.table(output)] == [
        ["seed=1", "interrupted"],
        ["seed=2", "finished"],
    ]
    (line,) = (each for each in output.splitlines() if each.startswith("seed=1  interrupted: "))
    assert f"{first / 'journal.jsonl'}: was deleted during the run" in line
    assert not first.exists()
    assert len(harness.errors(output)) == 1
    assert len(harness.events(second, "epoch")) == 150
