"""The sources of results."""

import math
import re
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

SIZES = list(start().config.architecture.sizes)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("http://127.0.0.1:5000", True),
        ("sqlite:///outputs/mlflow.db", True),
        ("file:/mlruns", True),
        ("databricks", True),
        ("sqlite:store.db", True),
        ("outputs", False),
        ("file", False),
        ("filed", False),
        ("my:outputs", False),
        (Path("outputs"), False),
    ],
)
def test_an_address_is_told_from_a_folder(source: Path | str, expected: bool) -> None:
    assert results.is_uri(source) is expected


def test_a_folder_may_have_the_name_of_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "databricks").mkdir()
    assert not results.is_uri("databricks")


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("file:/mlruns", "folders are no MLflow stores any more; write sqlite"),
        ("gopher://host", "MLflow has no stores of the kind gopher; write sqlite"),
        ("sqlite:///nowhere.db", "there is no such store"),
        ("sqlite:///nowhere.db?mode=ro", "parameters, which are not supported; write sqlite:///no"),
    ],
)
def test_an_address_of_no_store_is_an_error_of_one_line(uri: str, message: str) -> None:
    for read in (results.runs, results.history, results.sweeps):
        with pytest.raises(
            UserError, match=rf"^{re.escape(uri)}: .*{re.escape(message)}"
        ) as caught:
            read(uri)
        assert "\n" not in str(caught.value)


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
    contents = nn.save(networks.network(SIZES))
    (run / "network.npz").write_bytes(contents)
    results.export(outputs, folder, networks=[FINISHED[:2]])
    assert (results.files(folder, FINISHED) / "network.npz").read_bytes() == contents


def test_a_network_that_was_not_kept_is_an_error_before_anything_is_written(
    outputs: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "exported"
    with pytest.raises(UserError, match=f"{FINISHED}/network.npz: no such network has been kept"):
        results.export(outputs, folder, networks=[FINISHED])
    assert not folder.exists()


@pytest.mark.parametrize("contents", [b"junk", nn.save(networks.network([2, 2]))])
def test_a_file_that_is_no_network_of_the_run_is_an_error_before_anything_is_written(
    tmp_path: Path, contents: bytes
) -> None:
    outputs, folder = tmp_path / "outputs", tmp_path / "exported"
    run = records.write_run(outputs, FINISHED, start(), records.epoch(1), records.end())
    (run / "network.npz").write_bytes(contents)
    with pytest.raises(UserError, match=re.escape(str(run / "network.npz"))):
        results.export(outputs, folder, networks=[FINISHED])
    assert not folder.exists()


def test_the_home_directory_is_expanded(
    outputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(outputs.parent))
    source = f"~/{outputs.name}"
    expected = load(outputs).runs["identity"].tolist()
    assert load(source).runs["identity"].tolist() == expected
    assert load(Path(source)).runs["identity"].tolist() == expected
    assert results.count_runs(source, OLD_SWEEP) == results.count_runs(outputs, OLD_SWEEP)
    assert results.files(source, FINISHED) == results.files(outputs, FINISHED)
    assert [each.id for each in results.sweeps(source)] == [
        each.id for each in results.sweeps(outputs)
    ]
    assert results.Scope.of(source) == results.Scope.of(outputs)
    monkeypatch.setenv("HOME", str(tmp_path))
    results.export(outputs, Path("~/exported"))
    assert results.is_outputs(outputs)
    assert not results.is_outputs("~/exported")
    assert [each.name for each in tmp_path.iterdir()] == ["exported"]
