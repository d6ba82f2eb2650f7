"""How often a study opened the test set."""

import subprocess
import sys
from pathlib import Path

import pytest

from experiments.errors import DataError
from experiments.recording import OPENINGS
from experiments.studying import Opening, count_opening

DATA = "0" * 64
FIRST = Opening("losses", DATA, ["a", "b"])
SECOND = Opening("losses", DATA, ["a", "b", "c"])


def test_openings_of_other_runs_are_counted(tmp_path: Path) -> None:
    assert count_opening(tmp_path, FIRST) == 1
    assert count_opening(tmp_path, SECOND) == 2


def test_an_opening_that_is_repeated_is_counted_once(tmp_path: Path) -> None:
    assert [count_opening(tmp_path, each) for each in (FIRST, SECOND)] == [1, 2]
    contents = (tmp_path / OPENINGS).read_bytes()
    assert [count_opening(tmp_path, each) for each in (FIRST, SECOND)] == [2, 2]
    assert (tmp_path / OPENINGS).read_bytes() == contents


@pytest.mark.parametrize(
    "other", [Opening("optimizers", DATA, ["a", "b"]), Opening("losses", "1" * 64, ["a", "b"])]
)
def test_other_studies_and_data_are_counted_alone(tmp_path: Path, other: Opening) -> None:
    count_opening(tmp_path, FIRST)
    assert count_opening(tmp_path, other) == 1
    assert count_opening(tmp_path, SECOND) == 2


def test_an_incomplete_last_line_is_replaced(tmp_path: Path) -> None:
    for opening in (FIRST, SECOND):
        count_opening(tmp_path, opening)
    contents = (tmp_path / OPENINGS).read_bytes()
    first = len(contents.splitlines(keepends=True)[0])
    for end in range(first, len(contents)):
        (tmp_path / OPENINGS).write_bytes(contents[:end])
        assert count_opening(tmp_path, SECOND) == 2
        assert (tmp_path / OPENINGS).read_bytes() == contents


def test_processes_that_count_at_the_same_time_count_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from experiments.studying import *;"
        "count_opening(Path(sys.argv[1]), Opening('losses', 'data', ['a', 'b']))"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(2)]
    assert [process.wait() for process in processes] == [0] * 2
    assert len((tmp_path / OPENINGS).read_bytes().splitlines()) == 1


@pytest.mark.parametrize("contents", [b"nothing", b"nothing\n", b'{"study": 3}\n', b"\xff\n"])
def test_a_damaged_file_is_named_and_kept(tmp_path: Path, contents: bytes) -> None:
    (tmp_path / OPENINGS).write_bytes(contents)
    with pytest.raises(DataError, match=rf"{OPENINGS}: is not a list of openings"):
        count_opening(tmp_path, FIRST)
    assert (tmp_path / OPENINGS).read_bytes() == contents
