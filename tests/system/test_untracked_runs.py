"""Runs with tracking=none: they import nothing slow, and start no other process."""

from pathlib import Path

import harness
import pytest
from harness import ENDLESS, NOT_TRACKED, SMALL


@pytest.mark.parametrize("arguments", [(), ("-m", "seed=0,1")], ids=["run", "sweep"])
def test_a_run_imports_nothing_slow(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = tmp_path / "run"
    harness.run(folder, *arguments, *SMALL, NOT_TRACKED, options=["-X", "importtime"])
    logs = [folder.with_suffix(".log"), *folder.glob("runs/*/output.log")]
    assert len(logs) == (3 if arguments else 1)
    imported = {
        line.rpartition("|")[2].strip().partition(".")[0]
        for log in logs
        for line in log.read_text().splitlines()
        if line.startswith("import time:")
    }
    assert {"numpy", "hydra", "experiments", "nn"} <= imported
    assert not imported & {"mlflow", "pandas", "scipy", "matplotlib", "sqlalchemy", "sklearn"}


def test_a_run_starts_no_other_process_and_writes_no_store(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with harness.start(folder, *ENDLESS, NOT_TRACKED, cwd=tmp_path) as program:
        harness.wait_for_epoch(folder)
        assert list(program.processes()) == [program.process.pid]
    assert {path.name for path in tmp_path.iterdir()} == {"run", "run.log"}
    assert {path.name for path in folder.iterdir()} == {"runs"}
    recorded = {path.name for path in harness.run_folder(folder).iterdir()}
    ours = {name for name in recorded if not name.startswith("checkpoint.")}
    assert ours == {"journal.jsonl", "weights"}
