"""Looks at a comparison are counted in the outputs folder."""

import os
from pathlib import Path

import pytest

from experiments.comparison import count_look
from experiments.comparison.looks import most_rows
from experiments.errors import DataError, UserError
from experiments.recording import LOOKS


def test_a_look_with_other_runs_has_the_next_number(tmp_path: Path) -> None:
    assert count_look(tmp_path, "loss", ["a", "b"]) == 1
    assert count_look(tmp_path, "loss", ["b", "a"]) == 1
    assert count_look(tmp_path, "loss", ["a", "b", "c"]) == 2
    assert count_look(tmp_path, "optimizer", ["a", "b", "c"]) == 1
    assert count_look(tmp_path, "loss", ["a", "b"]) == 1
    assert len((tmp_path / LOOKS).read_text().splitlines()) == 3
    assert count_look(tmp_path, "loss", ["d", "e"]) == 1  # of other runs


def test_a_planned_look_that_is_not_the_first_is_refused_and_not_counted(tmp_path: Path) -> None:
    assert count_look(tmp_path, "loss", ["a"], one_look=True) == 1
    assert count_look(tmp_path, "loss", ["a"], one_look=True) == 1
    with pytest.raises(UserError, match="this is look 2, with other runs"):
        count_look(tmp_path, "loss", ["a", "b"], one_look=True)
    assert len((tmp_path / LOOKS).read_text().splitlines()) == 1
    assert count_look(tmp_path, "loss", ["c"], one_look=True) == 1


def test_the_most_rows_of_an_earlier_answer_about_these_runs_are_kept(tmp_path: Path) -> None:
    assert most_rows(tmp_path, "loss", ["a"]) == 0
    count_look(tmp_path, "loss", ["a", "b"], rows=6)
    count_look(tmp_path, "loss", ["a"], rows=1)
    count_look(tmp_path, "optimizer", ["a"], rows=9)
    assert most_rows(tmp_path, "loss", ["a", "c"]) == 6
    assert most_rows(tmp_path, "loss", ["c"]) == 0
    old = '{"question":"loss","runs":["d"]}\n'  # as it was recorded without the number of rows
    (tmp_path / LOOKS).write_text(old)
    assert most_rows(tmp_path, "loss", ["d"]) == 1


def test_a_file_with_another_content_is_refused(tmp_path: Path) -> None:
    (tmp_path / LOOKS).write_text("hello\n")
    with pytest.raises(DataError, match="is not a list of looks"):
        count_look(tmp_path, "loss", ["a"])


def test_a_fifo_is_no_list_of_looks(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / LOOKS)
    with pytest.raises(OSError, match="it is no file"):
        count_look(tmp_path, "loss", ["a"])
