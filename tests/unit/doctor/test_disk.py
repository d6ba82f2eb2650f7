"""The outputs folder: what is found out about it, and that nothing is left behind."""

from pathlib import Path

import permissions
import pytest

from experiments.doctor.disk import LINE, MEASUREMENTS, Outputs, fsync_seconds, outputs


def test_a_folder_that_can_be_written_stays_empty(tmp_path: Path) -> None:
    found = outputs(tmp_path)
    assert found.problem == ""
    assert found.free is not None
    assert found.free > 0
    assert found.fsync is not None
    assert found.fsync > 0
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "deep"
    found = outputs(folder)
    assert found.folder == folder
    assert found.problem == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("below", [".", "deep/deeper"])
def test_a_file_in_the_place_of_the_folder_is_a_problem(tmp_path: Path, below: str) -> None:
    file = tmp_path / "file"
    file.touch()
    found = outputs(file / below)
    assert found == Outputs(file / below, found.problem)
    assert f"outputs={file / below}: " in found.problem
    assert "is a file; it has to be a folder" in found.problem


def test_a_folder_without_the_right_to_write_is_a_problem(open_folder: Path) -> None:
    folder = open_folder / "folder"
    folder.mkdir(mode=0o555)
    with permissions.ordinary_user():
        found = outputs(folder / "new")
    assert found.problem == f"{folder}: cannot be written: Permission denied"


def test_every_measured_line_is_written(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        assert fsync_seconds(file) >= 0
        size = (tmp_path / "file").stat().st_size
    assert 0 < size <= MEASUREMENTS * len(LINE)
    assert size % len(LINE) == 0
