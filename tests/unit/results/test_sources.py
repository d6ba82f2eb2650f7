"""The sources of results."""

import math
from pathlib import Path

import networks
import pandas as pd
import pytest
import records
from recorded_runs import ADAM, FINISHED, OLD_SWEEP, start

import nn
from experiments import results
from experiments.errors import UserError
from experiments.recording import run_folder, sweep_folder
from experiments.results.sources import load


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("http://127.0.0.1:5000", True),
        ("sqlite:///outputs/mlflow.db", True),
        ("outputs", False),
        (Path("outputs"), False),
    ],
)
def test_an_address_is_told_from_a_folder(source: Path | str, expected: bool) -> None:
    assert results.is_uri(source) is expected


def test_exported_results_are_the_same_as_those_of_the_journals(
    outputs: Path, tmp_path: Path
) -> None:
    returned = results.export(outputs, tmp_path)
    expected = results.runs(outputs).assign(outputs=math.nan)
    pd.testing.assert_frame_equal(results.runs(tmp_path), expected, check_exact=True)
    history = results.history(outputs)
    pd.testing.assert_frame_equal(results.history(tmp_path), history, check_exact=True)
    assert set(returned["identity"]) == set(expected["identity"])


def test_one_sweep_can_be_exported(outputs: Path, tmp_path: Path) -> None:
    results.export(outputs, tmp_path, sweep=OLD_SWEEP)
    assert list(results.runs(tmp_path)["identity"]) == [FINISHED, ADAM]
    assert set(results.history(tmp_path)["identity"]) == {FINISHED, ADAM}


def test_exported_results_do_not_know_sweeps(outputs: Path, tmp_path: Path) -> None:
    results.export(outputs, tmp_path)
    with pytest.raises(UserError, match=r"do not say which runs belong to sweep 5"):
        load(tmp_path, "5")


def test_the_files_of_a_run_are_in_its_folder(outputs: Path) -> None:
    expected = run_folder(outputs, FINISHED)
    assert results.files(outputs, FINISHED) == expected
    assert results.files(str(outputs), FINISHED) == expected
    assert results.files(sweep_folder(outputs, OLD_SWEEP), FINISHED) == expected


def test_a_network_is_exported_by_its_identity(tmp_path: Path) -> None:
    outputs, folder = tmp_path / "outputs", tmp_path / "exported"
    run = records.write_run(outputs, FINISHED, start(), records.epoch(1), records.end())
    contents = nn.save(networks.network([2, 2]))
    (run / "network.npz").write_bytes(contents)
    results.export(outputs, folder, networks=[FINISHED])
    assert (results.files(folder, FINISHED) / "network.npz").read_bytes() == contents


def test_a_network_that_was_not_kept_is_an_error_before_anything_is_written(
    outputs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "exported"
    with pytest.raises(UserError, match=f"{FINISHED}/network.npz: no such network has been kept"):
        results.export(outputs, folder, networks=[FINISHED])
    assert not folder.exists()
