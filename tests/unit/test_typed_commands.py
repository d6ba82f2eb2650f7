"""The commands of the pages exist: their words are checked, without executing them.

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

PAGES = (
    *("README.md", "CONTRIBUTING.md", "notebooks/README.md", "docs/tutorial.md", "docs/usage.md"),
    *("docs/resuming.md", "docs/adding.md", "docs/cluster.md", "docs/results.md"),
    *("docs/statistics.md", "docs/tuning.md"),
)
DOCUMENTS = sorted(
    path.relative_to(PROJECT).as_posix()
    for pattern in ("README.md", "CONTRIBUTING.md", "*/README.md", "docs/*.md")
    for path in PROJECT.glob(pattern)
)
BARE = re.compile(
    r"(?:^ {4}|`)python3? (?:-m (?!venv)|\S+\.py).*|(?:^ {4}|`)(?:pip|dask|mlflow|pytest) .*"
    r"|^ {4}experiments .*",
    re.MULTILINE,
)
"""A command that finds neither the packages nor the program of this project."""
OF_BENCHMARK = re.compile(r"\.venv/bin/python (?:-m benchmarks\.(\w+)|benchmarks/(\w+)\.py)")
RUN = [".venv/bin/python", "run.py"]
SPEED = re.compile(r"^\| (784[^|]*) \|(.*)\|$", re.MULTILINE)
QUOTED = re.compile(
    r"An epoch of (?P<network>\S+) takes (?P<ours>\S+) s on one core and (?P<numba>\S+) s "
    r"compiled; PyTorch takes (?P<pytorch>\S+) times the compiled one .* "
    r"has (?P<count>\w+) networks"
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


@pytest.mark.parametrize("page", DOCUMENTS)
def test_a_command_runs_as_it_is_printed(page: str) -> None:
    """It names the programs in .venv/bin, as the set-up of the README makes them."""
    text = typed.page(page)
    assert BARE.findall(text) == []
    for module, script in OF_BENCHMARK.findall(text):
        folder = PROJECT / "benchmarks" / (module or script)
        assert folder.with_suffix(".py").is_file() or (folder / "__main__.py").is_file()


def test_commands_without_their_folder_are_found() -> None:
    for line in (
        "    python run.py -m",
        "    experiments compare loss",
        "`python -m benchmarks.a`",
    ):
        assert BARE.search(f"text\n{line}\n")
    for line in ("    .venv/bin/python run.py", "`experiments status`", "`python3 -m venv .venv`"):
        assert not BARE.search(f"text\n{line}\n")
