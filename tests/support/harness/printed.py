"""Reading the text that the programs print: tables and recommended commands."""

import re
import shlex

from harness.programs import EXPERIMENTS, PROJECT


def table(output: str) -> list[list[str]]:
    """Return the rows of the table that ends a sweep."""
    lines = output.splitlines()
    header = next(i for i, line in enumerate(lines) if re.match(r"run +status +epochs", line))
    cells = [re.split(r" {2,}", line.strip()) for line in lines[header + 1 :]]
    width = len(re.split(r" {2,}", lines[header].strip()))
    end = next(i for i, row in enumerate([*cells, []]) if len(row) < 3 or len(row) > width)
    return cells[:end]


def advice(output: str, subcommand: str) -> list[str]:
    """Return the words of the command `experiments SUBCOMMAND ...` that an output recommends."""
    found = re.search(rf"(\S*experiments {subcommand} .+)$", output, re.MULTILINE)
    assert found, f"no advice in: {output}"
    program, *arguments = shlex.split(found[1])
    assert program == EXPERIMENTS.name or (PROJECT / program).samefile(EXPERIMENTS)
    return [str(EXPERIMENTS), *arguments]


def errors(output: str) -> list[str]:
    """Return the lines of an output that are error messages. There must be no traceback."""
    assert "Traceback" not in output
    return [line for line in output.splitlines() if line.startswith("error: ")]
