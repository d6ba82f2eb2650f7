"""Comments of the files of conf/."""

from pathlib import Path

import pytest

from documentation.comments import Commented, read_commented

FILE = """\
# @package _global_
# Two lines about
# the file.
defaults: [base]  # a list
name: "with # inside"  # of the option
bare: 1
# of no option
long: 1  # of the option,
  # in three
         # lines {a: 1}
# of no option either
budgets:  # of the block
  small: {epochs: 3}  # of a part
last: [1,
  2]  # after two lines
"""


@pytest.fixture
def file(tmp_path: Path) -> Commented:
    path = tmp_path / "file.yaml"
    path.write_text(FILE, encoding="utf-8")
    return read_commented(path)


def test_the_comment_at_the_top_is_about_the_file(file: Commented) -> None:
    assert file.about == "Two lines about the file."


def test_the_comment_in_a_line_is_about_its_option(file: Commented) -> None:
    assert file.comments == {
        "defaults": "a list",
        "name": "of the option",
        "long": "of the option, in three lines {a: 1}",
        "budgets": "of the block",
        "last": "after two lines",
    }


def test_values_are_as_they_are_written(file: Commented) -> None:
    assert file.values == {
        "defaults": ["base"],
        "name": "with # inside",
        "bare": 1,
        "long": 1,
        "budgets": {"small": {"epochs": 3}},
        "last": [1, 2],
    }


@pytest.mark.parametrize("text", ["", "# only a comment\n"])
def test_a_file_without_options(tmp_path: Path, text: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_commented(path).values == {}
