"""Files that are replaced as a whole."""

import os
from pathlib import Path

import pytest

from experiments.recording import write_atomically


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for contents in (b"one", b"two", b""):
        write_atomically(path, contents)
        assert path.read_bytes() == contents
    assert names(tmp_path) == ["file"]


def test_a_reader_of_the_old_file_still_has_the_old_contents(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")
    with path.open("rb") as reader:
        write_atomically(path, b"new")
        assert reader.read() == b"old"


def test_the_old_file_is_kept_if_asked(tmp_path: Path) -> None:
    path, previous = tmp_path / "file", tmp_path / "previous"
    write_atomically(path, b"one", previous=previous)
    assert names(tmp_path) == ["file"]
    for contents, before in ((b"two", b"one"), (b"three", b"two")):
        write_atomically(path, contents, previous=previous)
        assert (path.read_bytes(), previous.read_bytes()) == (contents, before)
    assert names(tmp_path) == ["file", "previous"]


def test_the_contents_are_on_the_disk_before_the_file_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a crash of the machine could leave an empty file under the new name."""
    path, synced = tmp_path / "file", []
    write_atomically(path, b"old")
    fsync = os.fsync

    def recording_fsync(descriptor: int) -> None:
        fsync(descriptor)
        synced.append((path.read_bytes(), Path(f"/proc/self/fd/{descriptor}").resolve()))

    monkeypatch.setattr(os, "fsync", recording_fsync)
    write_atomically(path, b"new")
    (before, file), (after, folder) = synced
    assert (before, file.parent) == (b"old", tmp_path)
    assert (after, folder) == (b"new", tmp_path)


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    path = tmp_path / "file"
    write_atomically(path, b"old")

    def fail(_: int) -> None:
        raise error

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(type(error)):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]
    if isinstance(error, OSError):
        assert error.filename == str(path)


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "missing" / "file", b"")
