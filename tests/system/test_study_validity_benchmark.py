"""`benchmarks/study_validity.py`: studies of two equal arms name a winner in at most 5 %."""

import sys
from pathlib import Path

import pytest
from harness import Program
from scipy.stats import binom

from experiments.configuration import PROJECT

PROMISED = 0.05
LONG = 600
"""Seconds after which a simulation fails. It takes one to two minutes of both processors."""
CHANCE = 0.001
"""The probability that a test fails although exactly the promised rate is wrong."""


def simulated(studies: int, most_seeds: int, folder: Path) -> dict[str, int]:
    """Return the sums over the lines with this number of seeds, with some studies in each line."""
    script = PROJECT / "benchmarks" / "study_validity.py"
    options = ["--studies", str(studies), "--most-seeds", str(most_seeds)]
    with Program([sys.executable, script, *options], folder / "log") as program:
        assert program.wait(LONG) == 0, program.output
    header, _, *lines = program.output.splitlines()
    names = [name.strip() for name in header.strip("|").split("|")]
    rows = [dict(zip(names, line.strip("|").split("|"), strict=True)) for line in lines]
    columns = ("studies", "winners", "wrong about the rates")
    return {name: sum(int(row[name]) for row in rows) for name in columns}


def most(studies: int) -> int:
    """Return the most wrong studies that the promised rate allows."""
    return int(binom.isf(CHANCE, studies, PROMISED))


@pytest.mark.stress
def test_a_small_study_of_two_equal_arms_seldom_names_a_winner(tmp_path: Path) -> None:
    """More than 17 of 150 are a failure: a rate of 15 % is found with a probability of 88 %."""
    found = simulated(30, 20, tmp_path)
    assert found["studies"] == 5 * 30
    assert found["winners"] <= most(found["studies"])


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Two hundred studies with the seeds of a full budget, which take two minutes."""
    found = simulated(40, 40, tmp_path_factory.mktemp("full"))
    assert found["studies"] == 5 * 40
    return found


@pytest.mark.stress
def test_a_full_study_is_right_about_the_rates_that_tuning_gave_to_the_arms(
    full: dict[str, int],
) -> None:
    assert full["wrong about the rates"] <= most(full["studies"])


@pytest.mark.stress
def test_a_full_study_of_two_equal_arms_seldom_names_a_winner(full: dict[str, int]) -> None:
    assert full["winners"] <= most(full["studies"])
