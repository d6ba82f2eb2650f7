"""Output whose reader has ended."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.cli.output import ABANDONED, is_abandoned

PROGRAM = """
import sys
from experiments.cli import one_line_errors
with one_line_errors():
    sys.stdin.read()  # until the reader has ended
    for _ in range({lines}):
        print("a line")
    {end}
"""


@pytest.mark.parametrize("lines", [1, 100_000])
@pytest.mark.parametrize("end", ["", "sys.exit(0)"])
def test_a_program_whose_reader_has_ended_is_quiet(lines: int, end: str) -> None:
    """Few lines are written when the program ends, many lines before."""
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(lines=lines, end=end)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout is not None
    program.stdout.close()
    program.stdout = None
    _, errors = program.communicate()
    assert (program.returncode, errors) == (ABANDONED, b"")


def test_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(lines=1, end="")],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert "No space left" in line


def test_a_pipe_is_abandoned_when_its_reader_is_closed() -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as output:
        assert not is_abandoned(output)
        os.close(reader)
        assert is_abandoned(output)
