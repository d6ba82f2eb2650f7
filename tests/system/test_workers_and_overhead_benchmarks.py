"""`benchmarks.workers` and `benchmarks.overhead` judge the ratios that they print."""

import sys
from pathlib import Path

import pytest
from harness import Program


def output(module: str, log: Path) -> tuple[list[list[str]], list[str], int]:
    """Return the fields of the lines of the table, those of the last line, and the exit code."""
    command = [sys.executable, "-m", module, "--runs", "2", "--epochs", "1", "--rounds", "1"]
    with Program(command, log) as program:
        code = program.wait(300)
    *table, end = (line.split() for line in program.output.splitlines())
    return table[2:], end, code


def median(spread: str) -> float:
    """Return the middle one of three printed numbers."""
    return float(spread.split("-")[1])


@pytest.mark.stress
def test_two_workers_are_compared_with_one(tmp_path: Path) -> None:
    rows, end, code = output("benchmarks.workers", tmp_path / "log")
    for *_, one, two, ratio in rows:
        shown, a, b = median(ratio), median(one), median(two)  # rounded to 0.01 and 0.1
        assert (a - 0.05) / (b + 0.05) - 0.01 <= shown <= (a + 0.05) / (b - 0.05) + 0.01
    assert end[-1] == ("MISSED" if code else "met")
    assert (median(rows[-1][-1]) >= 1.9) == (code == 0)


@pytest.mark.stress
def test_programs_are_compared_with_the_bare_loop(tmp_path: Path) -> None:
    rows, end, code = output("benchmarks.overhead", tmp_path / "log")
    assert [row[:-2] for row in rows] == [
        ["bare", "loop"],
        ["run.py", "tracking=none"],
        ["run.py", "with", "MLflow"],
    ]
    bare = median(rows[0][-2])
    for *_, seconds, ratio in rows:
        assert median(ratio) == pytest.approx(median(seconds) / bare, rel=0.02)
    assert end[-1] == ("MISSED" if code else "met")
    assert (median(rows[-1][-1]) <= 1.03) == (code == 0)
