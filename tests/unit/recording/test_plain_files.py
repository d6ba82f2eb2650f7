"""Plain files, and what can be in their place."""

import os
import re
from pathlib import Path

import pytest

from experiments.errors import DataError
from experiments.recording import check_is_file, read_file, without_waiting


def test_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"contents")
    assert read_file(tmp_path / "file") == b"contents"


def test_a_missing_file_is_no_damage(tmp_path: Path) -> None:
    check_is_file(tmp_path / "missing")
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "missing")


def test_a_folder_a_fifo_and_a_device_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo", Path("/dev/zero")):
        with pytest.raises(DataError, match=re.escape(f"{path}: is no file")):
            read_file(path)


def test_a_link_to_itself_cannot_be_read(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(link)
    with pytest.raises(DataError, match=re.escape(f"{link}: cannot be read: Too many levels")):
        read_file(link)


def test_a_fifo_that_nobody_reads_is_no_place_to_write(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError, match="fifo"):
        open(tmp_path / "fifo", "ab", opener=without_waiting)  # noqa: SIM115
    for _ in range(2):
        with open(tmp_path / "file", "ab", opener=without_waiting) as file:
            file.write(b"x")
    assert (tmp_path / "file").read_bytes() == b"xx"
