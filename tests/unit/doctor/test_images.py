"""The data set's files: complete, incomplete, and unreadable folders."""

from pathlib import Path

import permissions
import pytest

from experiments.data import FILES
from experiments.doctor.images import Images, images


def write_files(folder: Path, ending: str) -> None:
    for name in FILES.values():
        (folder / f"{name}{ending}").touch()


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_four_files_are_found_gzipped_or_not(tmp_path: Path, ending: str) -> None:
    write_files(tmp_path, ending)
    assert images(tmp_path, downloadable=False) == Images(tmp_path, "", downloadable=False)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write_files(tmp_path, "")
    (tmp_path / FILES["test_labels"]).unlink()
    found = images(tmp_path, downloadable=True)
    assert found.downloadable
    assert found.problem.startswith(f"{tmp_path / FILES['test_labels']}.gz: no such file")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert images(folder, downloadable=False).problem == f"{folder}: the folder does not exist"


def test_a_folder_without_the_right_to_read_is_a_problem(open_folder: Path) -> None:
    folder = open_folder / "data"
    folder.mkdir()
    write_files(folder, "")
    folder.chmod(0o000)
    with permissions.ordinary_user():
        found = images(folder, downloadable=False)
    assert found.problem == f"{folder}: no permission to read the folder"
