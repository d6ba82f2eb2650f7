"""Published experiments done again: `python run.py +replicate=...` and `experiments replicate`."""

import shlex
import signal
import sys
from pathlib import Path

import harness
import pandas as pd
import pytest
from harness import NOT_TRACKED

FEW = ("dataset.train_size=100", "dataset.validation_size=100", "epochs=1", NOT_TRACKED)
PRESET = "nielsen/depth"
NUMBERS = 13
"""The numbers that the preset measures in a seed: four accuracies, nine norms."""
ENDED = " finished: test accuracy"


def identities(outputs: Path) -> set[str]:
    return {path.name for path in (outputs / "runs").iterdir()}


def journals(outputs: Path) -> dict[str, bytes]:
    return {path.parent.name: path.read_bytes() for path in outputs.glob("runs/*/journal.jsonl")}


def finished(outputs: Path) -> dict[str, bytes]:
    """Return the journals of the runs that have finished, not those that were interrupted."""
    kept = {}
    for name, text in journals(outputs).items():
        ends = harness.events(outputs / "runs" / name, "end")
        if ends and ends[-1]["status"] == "finished":
            kept[name] = text
    return kept


def test_a_run_of_a_preset_is_the_run_that_one_types(tmp_path: Path) -> None:
    harness.run(tmp_path / "o", "+replicate=layer_by_layer", *FEW, "seed=3")
    before = journals(tmp_path / "o")
    typed = ("architecture=784-32-32-10", "activation=relu", "loss=ce", "seed=3")
    rate = "optimizer.learning_rate=0.05"
    harness.run(tmp_path / "o", *typed, rate, *FEW)
    assert journals(tmp_path / "o") == before


@pytest.mark.stress
def test_a_replication_that_is_killed_goes_on(tmp_path: Path) -> None:
    outputs, target = tmp_path / "o", tmp_path / "results"
    words = [*FEW, f"outputs={outputs}", "--seeds", "3", "--to", target]
    command = [harness.EXPERIMENTS, "replicate", PRESET, *words]
    with harness.Program(command, tmp_path / "killed.log") as program:
        harness.wait_for(lambda: ENDED in program.output, "run that has ended")
        program.send(signal.SIGKILL)
        program.wait()
    kept = finished(outputs)
    assert kept
    with harness.Program(command, tmp_path / "again.log") as program:
        assert program.wait() == 0, program.output
        printed = program.output
    assert kept.items() <= journals(outputs).items()
    measured = pd.read_csv(target / "replication.csv")
    assert len(measured) == NUMBERS * 3
    assert measured["value"].notna().all()
    assert set(measured["identity"]) == identities(outputs)
    (line,) = (line for line in printed.splitlines() if "+replicate=" in line)
    python, *rest = shlex.split(line)
    assert Path(python).name.startswith("python")
    before = journals(outputs)
    with harness.Program([sys.executable, *rest], tmp_path / "printed.log") as program:
        assert program.wait() == 0, program.output
    assert journals(outputs) == before
