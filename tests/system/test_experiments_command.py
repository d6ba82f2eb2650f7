"""The command `experiments` as a process: how it is started, and what it imports."""

import re
import sys
from pathlib import Path

import pytest
import records
from harness import EXPERIMENTS, Program

HEAVY = (
    *("autorank", "baycomp", "matplotlib", "mlflow", "nbclient", "pandas", "scipy", "seaborn"),
    "statsmodels",
)


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """Return a folder with the record of a finished run."""
    records.write_run(tmp_path / "outputs", "1" * 16, *records.epochs(3), records.end())
    return tmp_path / "outputs"


@pytest.mark.parametrize("command", [[EXPERIMENTS], [sys.executable, "-m", "experiments"]])
def test_both_ways_to_start_it_give_the_same(outputs: Path, command: list[str | Path]) -> None:
    words = ["status", "--outputs", str(outputs)]
    with Program([*command, *words], outputs.with_suffix(".log"), cwd=outputs) as program:
        assert program.wait() == 0, program.output
        assert "1 finished" in program.output


def test_status_imports_no_heavy_packages(outputs: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "experiments", "status"]
    log = outputs.with_suffix(".log")
    with Program([*command, "--outputs", str(outputs)], log) as program:
        assert program.wait() == 0, program.output
        imported = set(re.findall(r"\| +(\w+)[.\w]*$", program.output, re.MULTILINE))
    assert {"experiments", "rich"} <= imported
    assert imported.isdisjoint(HEAVY)
