"""The tables of the page of results are those that its commands print."""

import re
from pathlib import Path

import harness
import pytest
from harness import PROJECT

PAGE = (PROJECT / "docs" / "results.md").read_text(encoding="utf-8")
PRINTED = re.findall(
    r"`\.venv/bin/experiments (compare [\w. ]+ --outputs notebooks/\w+)`(?: prints)?:?\n\n"
    r"((?:(?: {4}.*)?\n)+)",
    PAGE,
)
"""Each command that is followed by what it prints."""


@pytest.mark.parametrize(
    ("command", "block"),
    [
        pytest.param(*each, marks=[] if "quadratic" in each[0] else pytest.mark.stress)
        for each in PRINTED
    ],
    ids=[command for command, _ in PRINTED],
)
def test_a_table_is_what_its_command_prints(command: str, block: str, tmp_path: Path) -> None:
    expected = [line.strip() for line in block.splitlines()]
    columns = str(max(map(len, block.splitlines())) - 4)
    code, output = harness.experiments(tmp_path / "log", *command.split(), COLUMNS=columns)
    assert code == 0, output
    printed = [line.strip() for line in output.splitlines()]
    first = printed.index(expected[0])
    while expected[-1] == "":
        expected.pop()
    assert printed[first : first + len(expected)] == expected


def test_the_page_has_a_table_of_each_kind() -> None:
    assert {command.count(" ") for command, _ in PRINTED} == {3, 4}
    assert len(PRINTED) == 5
