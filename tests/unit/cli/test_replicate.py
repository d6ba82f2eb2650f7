"""`experiments replicate`: which presets, on which seeds, and where the files are."""

from pathlib import Path

import pandas as pd
import pytest

from experiments.cli import replicate
from experiments.cli.main import parser
from experiments.configuration import preset

NEURON = "nielsen/saturated_neuron"
FEW = ("dataset.train_size=100", "dataset.validation_size=100", "epochs=1")


def run(*words: str) -> None:
    replicate.run(parser().parse_args(["replicate", *words]))


def test_the_table_is_printed_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "results"
    run(NEURON, "--to", str(target))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{NEURON}: one sigmoid neuron, input 1, target 0"
    assert "5 agrees" in " ".join(lines)
    assert lines[-1] == f"The table, its data and figures: {target}"
    assert (target / "replication.md").exists()


def test_overrides_hold_for_all_runs(tmp_path: Path) -> None:
    words = ["huang", *FEW, f"outputs={tmp_path / 'runs'}"]
    run(*words, "--seeds", "2", "--to", str(tmp_path))
    measured = pd.read_csv(tmp_path / "replication.csv")
    assert sorted(measured["seed"].unique()) == [0, 1]
    assert list(measured["overrides"].unique()) == [" ".join(FEW)]


def test_the_number_of_seeds_is_that_of_the_preset_if_it_needs_more() -> None:
    assert replicate.seeds_of(preset("huang"), quick=False) == replicate.SEEDS
    assert replicate.seeds_of(preset("image_recognition/layers"), quick=False) == 10
    assert replicate.seeds_of(preset("nielsen/quadratic_30"), quick=True) == replicate.QUICK_SEEDS
