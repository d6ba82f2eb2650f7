"""`benchmarks/validity.py` simulates every case; the tables of `comparison/` are tested there."""

import sys
from pathlib import Path

import pytest
from harness import Program

from experiments.configuration import PROJECT


@pytest.mark.stress
def test_every_case_is_simulated(tmp_path: Path) -> None:
    script = PROJECT / "benchmarks" / "validity.py"
    with Program([sys.executable, script, "--tables", "1"], tmp_path / "log") as program:
        assert program.wait() == 0, program.output
    title, header, _, *lines = program.output.splitlines()
    assert title.startswith("tables a line: 1;")
    shares = [line.split("|")[4].strip() for line in lines]
    assert set(shares) <= {"0.0%", "100.0%"}
    assert len(lines) > 20
    assert {line.count("|") for line in lines} == {header.count("|")}
