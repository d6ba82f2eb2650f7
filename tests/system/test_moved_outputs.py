"""An outputs folder that was moved or copied, and an experiment that was deleted in MLflow."""

import shlex
import shutil
import subprocess
from pathlib import Path

import harness
import pytest
from harness import EXPERIMENTS

from experiments import results
from experiments.recording import RecordedTracking
from experiments.results import first_layer, network

RUNS = ("-m", "loss=mse,ce", *harness.SMALL, "record_weights=[0]")


def uri(outputs: Path) -> str:
    return f"sqlite:///{outputs}/mlflow.db"


def artifacts(outputs: Path) -> set[Path]:
    """Return the files of artifacts in an outputs folder, relative to it."""
    return {
        path.relative_to(outputs) for path in (outputs / "mlartifacts").rglob("*") if path.is_file()
    }


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """An outputs folder with two runs and the store in it."""
    outputs = tmp_path / "outputs"
    harness.run(outputs, *RUNS)
    harness.connect(uri(outputs))  # imports MLflow, and ignores the warnings of its dependencies
    return outputs


def test_nothing_goes_to_the_old_place_of_a_moved_folder(outputs: Path, tmp_path: Path) -> None:
    elsewhere = outputs.rename(tmp_path / "elsewhere")
    before = artifacts(elsewhere)
    harness.run(elsewhere, *RUNS)
    harness.run(elsewhere, *RUNS, "seed=1")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["elsewhere"]
    assert before < artifacts(elsewhere)
    runs = results.runs(uri(elsewhere))
    assert set(runs["outputs"]) == {str(elsewhere)}
    for _, run in runs.iterrows():
        assert network(uri(elsewhere), run).sizes[0] == 784
        assert list(first_layer(uri(elsewhere), run)) == [0, 2]


@pytest.mark.stress
def test_sync_of_a_moved_folder_writes_to_the_store_in_it(outputs: Path, tmp_path: Path) -> None:
    elsewhere = outputs.rename(tmp_path / "elsewhere")
    (elsewhere / "mlflow.db").unlink()
    shutil.rmtree(elsewhere / "mlartifacts")
    subprocess.run(
        [EXPERIMENTS, "sync", "--outputs", str(elsewhere)], check=True, capture_output=True
    )
    assert not outputs.exists()
    assert len(results.runs(uri(elsewhere))) == 2


@pytest.mark.stress
def test_new_artifacts_of_a_copied_folder_go_to_the_copy(outputs: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(outputs, tmp_path / "copy"))
    before = artifacts(outputs)
    harness.run(copy, *RUNS, "seed=0,1")
    harness.run(copy, *RUNS, "rerun=true")
    assert artifacts(outputs) == before
    assert before < artifacts(copy)


@pytest.mark.stress
def test_a_deleted_experiment_is_named_with_the_command_that_restores_it(outputs: Path) -> None:
    client = harness.connect(uri(outputs))
    experiment = client.get_experiment_by_name("mnist")
    assert experiment is not None
    client.delete_experiment(experiment.experiment_id)
    with harness.start(outputs, *RUNS, "seed=1") as program:
        program.wait()
        text = program.output
    (line,) = {line for line in text.splitlines() if line.startswith("MLflow: the experiment")}
    assert "mnist was deleted in MLflow; restore it with MLFLOW_TRACKING_URI=" in line
    command = line.partition("restore it with ")[2].partition(", or choose")[0]
    subprocess.run(["env", *shlex.split(command)], check=True, capture_output=True)
    harness.run(outputs, *RUNS, "seed=1")
    assert len(results.runs(uri(outputs))) == 4


def test_a_deleted_experiment_is_refused_until_it_is_restored(tmp_path: Path) -> None:
    address = uri(tmp_path)
    client = harness.connect(address)
    tracking = RecordedTracking(experiment="a b", uri=address, artifacts=str(tmp_path / "art"))
    from mlflow.exceptions import MlflowException

    from experiments.mirror.store import find_experiment

    key = find_experiment(client, address, tracking)
    client.delete_experiment(key)
    with pytest.raises(MlflowException, match=rf"a b was deleted .* --experiment-id {key}, or"):
        find_experiment(client, address, tracking)
    client.restore_experiment(key)
    assert find_experiment(client, address, tracking) == key
