"""The record of a sweep: written, read, damaged, and in the order of time."""

import re
from pathlib import Path

import pytest
import records

from experiments.errors import DataError
from experiments.recording import (
    SWEEP_RECORD,
    encode,
    read_sweep,
    run_folder,
    sweep_folder,
    sweep_folders,
    write_sweep,
)


def test_a_sweep_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = records.sweep_record(["ab", "cd"], name="η=0.1,1", overrides=["outputs=a b"])
    folder = records.write_sweep_record(tmp_path, record)
    assert folder == sweep_folder(tmp_path, record.id)
    assert read_sweep(folder) == record


def test_a_missing_sweep_has_no_record(tmp_path: Path) -> None:
    assert read_sweep(tmp_path) is None


def test_a_sweep_can_be_written_again(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_sweep(tmp_path, records.sweep_record(name=name))
    record = read_sweep(tmp_path)
    assert record is not None
    assert record.name == "second"
    assert [path.name for path in tmp_path.iterdir()] == [SWEEP_RECORD]


def test_a_sweep_knows_the_folders_of_its_runs(tmp_path: Path) -> None:
    record = records.sweep_record(["ab", "cd"])
    expected = [run_folder(tmp_path, "ab"), run_folder(tmp_path, "cd")]
    assert record.folders(sweep_folder(tmp_path, record.id)) == expected


LINE = encode(records.sweep_record(["0123"]))


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (LINE.replace(b"0123", b"0122"), "is damaged"),
        (LINE[:-1], "is damaged"),
        (b"", "is damaged"),
        (b"[]", "is damaged"),
        (b"{}\n", "is damaged"),
        (encode(records.note("hello")), "is not the record of a sweep"),
        (encode(records.START), "is not the record of a sweep"),
    ],
)
def test_a_file_that_is_not_the_record_of_a_sweep_is_an_error(
    tmp_path: Path, contents: bytes, message: str
) -> None:
    path = tmp_path / SWEEP_RECORD
    path.write_bytes(contents)
    with pytest.raises(DataError, match=rf"^{re.escape(str(path))}: {message}.*rewrites it"):
        read_sweep(tmp_path)


def test_the_oldest_sweep_comes_first_and_damaged_ones_before_it(tmp_path: Path) -> None:
    for name, time in (("b", 2.0), ("c", 1.0), ("a", 3.0)):
        records.write_sweep_record(tmp_path, records.sweep_record(id=name, time=time))
    damaged = sweep_folder(tmp_path, "d")
    damaged.mkdir()
    (damaged / SWEEP_RECORD).write_bytes(b"damaged")
    sweep_folder(tmp_path, "empty").mkdir()
    assert [folder.name for folder in sweep_folders(tmp_path)] == ["d", "c", "b", "a"]
    assert sweep_folders(tmp_path / "missing") == []
