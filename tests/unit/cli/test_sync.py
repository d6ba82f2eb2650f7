"""`experiments sync`: its output and its exit code. Real stores are in the system tests."""

from argparse import Namespace
from pathlib import Path

import pytest
import records

from experiments.cli import sync
from experiments.errors import UserError
from experiments.recording import JOURNAL


def arguments(folder: Path) -> Namespace:
    return Namespace(folder=folder, outputs=None, uri=None)


def test_records_without_a_store_are_named_on_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records.write_run(tmp_path, "1", records.end())
    sync.run(arguments(tmp_path))
    printed = capsys.readouterr()
    assert "skipped: 1;" in printed.out
    assert printed.err == ""


def test_a_damaged_record_ends_with_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = records.write_run(tmp_path, "1", records.end())
    (folder / JOURNAL).write_bytes(b"damage\n" + (folder / JOURNAL).read_bytes())
    with pytest.raises(SystemExit) as ended:
        sync.run(arguments(tmp_path))
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith(f"error: {folder / JOURNAL}: ")


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no runs are recorded there"):
        sync.run(arguments(tmp_path))
