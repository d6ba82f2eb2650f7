"""The commands of README and tutorial exist: their words are checked, without executing them.

`tests/system/test_typed_commands.py` executes them.
"""

import argparse
import re
import shlex

import pytest
import typed

from experiments.cli import check_run_command
from experiments.cli.main import parser
from experiments.configuration import PROJECT

PAGES = ("README.md", "docs/tutorial.md", "docs/usage.md", "docs/resuming.md", "docs/adding.md")
RUN = [".venv/bin/python", "run.py"]
SPEED = re.compile(r"^\| (784[^|]*) \|(.*)\|$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists(page: str) -> None:
    targets = re.findall(r"^(\w+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
    lines = typed.commands(page)
    assert lines
    for line in lines:
        words = shlex.split(typed.without_comment(line))
        if words[:2] == RUN:
            check_run_command(words[2:])
        elif words[0] == ".venv/bin/experiments":
            assert isinstance(parser().parse_args(words[1:]), argparse.Namespace)
        elif words[0] == "make":
            assert words[1] in targets


def test_the_numbers_of_the_readme_are_those_of_the_page_of_speed() -> None:
    rows = dict(SPEED.findall(typed.page("docs/speed.md")))
    short = dict(SPEED.findall(typed.page("README.md")))
    assert {*short} == {*rows}
    for network, cells in short.items():
        ours, numba, *others = (cell.strip() for cell in cells.split("|"))
        all_cells = [cell.strip() for cell in rows[network].split("|")]
        assert [ours, numba, *others] == [all_cells[each] for each in (0, 1, 3, 4, 5)]
