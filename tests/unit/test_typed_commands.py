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
QUOTED = re.compile(
    r"An epoch of (?P<network>\S+) takes (?P<ours>\S+) s on one core and (?P<numba>\S+) s "
    r"compiled, and PyTorch (?P<pytorch>\S+) times as long as that .* has (?P<count>\w+) networks"
)
COMPILED = re.compile(r"compiled code, (?P<least>\S+) to (?P<most>\S+) times as fast")
NUMBERS = {6: "six", 7: "seven", 8: "eight"}


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
    said = QUOTED.search(" ".join(typed.page("README.md").split()))
    assert said
    (row,) = (cells for name, cells in rows.items() if name.startswith(said["network"]))
    cells = [cell.strip() for cell in row.split("|")]
    assert [said["ours"], said["numba"], f"{said['pytorch']} x"] == [cells[0], cells[1], cells[3]]
    assert NUMBERS[len(rows)] == said["count"]


def test_the_numbers_of_the_option_backend_are_those_of_the_page_of_speed() -> None:
    said = COMPILED.search(typed.page("conf/config.yaml"))
    assert said
    seconds = [row.split("|")[:2] for _, row in SPEED.findall(typed.page("docs/speed.md"))]
    ratios = sorted(float(ours) / float(compiled) for ours, compiled in seconds)
    assert [said["least"], said["most"]] == [f"{ratios[0]:.1f}", f"{ratios[-1]:.1f}"]
