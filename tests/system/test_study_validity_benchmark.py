"""`benchmarks/study_validity.py`: studies of two equal arms name a winner in at most 5 %."""

import sys
from pathlib import Path

import pytest
from harness import Program
from scipy.stats import binom

from experiments.configuration import PROJECT

PROMISED = 0.05
STUDIES = 20
"""Studies of each line, which take about a minute and a half on two cores."""
CHANCE = 0.001
"""The probability that the test fails although exactly the promised rate is wrong."""


@pytest.mark.stress
def test_a_study_of_two_equal_arms_seldom_names_a_winner(tmp_path: Path) -> None:
    """More than 16 of 140 are a failure: a rate of 15 % is found in 86 % of the cases."""
    script = PROJECT / "benchmarks" / "study_validity.py"
    with Program([sys.executable, script, "--studies", str(STUDIES)], tmp_path / "log") as program:
        assert program.wait() == 0, program.output
    header, _, *lines = program.output.splitlines()
    names = [name.strip() for name in header.strip("|").split("|")]
    rows = [dict(zip(names, line.strip("|").split("|"), strict=True)) for line in lines]
    winners = sum(int(row["winners"]) for row in rows)
    assert all(int(row["studies"]) == STUDIES for row in rows)
    assert winners <= binom.isf(CHANCE, STUDIES * len(rows), PROMISED)
    assert sum(int(row["wrong about the rates"]) for row in rows) <= winners
