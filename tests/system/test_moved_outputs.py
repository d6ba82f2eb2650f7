"""An outputs folder that was moved or copied, and an experiment that was deleted in MLflow."""

import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import forked
import harness
import pytest
from empty_store import write_empty_store
from forked import Forks
from harness import EXPERIMENTS

from experiments import results
from experiments.recording import RecordedTracking
from experiments.results import first_layer, network

RUNS = ("-m", "loss=mse,ce", *harness.SMALL, "record_weights=[0]")


READERS = (
    *(["compare", "loss"], ["export", "exported"], ["export", "exported", "--all"], ["report"]),
    *(["compare", "loss", "--sweep", "1"], ["export", "exported", "--network", "1"]),
)
"""Commands that read a store."""


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


@pytest.mark.stress
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
    for arguments in ((*RUNS, "seed=1"), (*harness.SMALL, "seed=1"), (*RUNS, "plan=true")):
        with harness.start(outputs, *arguments) as program:
            assert program.wait() == 1
            (line,) = program.output.splitlines()
        assert line.startswith("error: the experiment mnist was deleted in MLflow; restore it with")
    assert len(list((outputs / "runs").iterdir())) == 2  # nothing was trained
    command = line.partition("restore it with ")[2].partition(", or choose")[0]
    subprocess.run(["env", *shlex.split(command)], check=True, capture_output=True)
    harness.run(outputs, *RUNS, "seed=1")
    assert len(results.runs(uri(outputs))) == 4


def test_a_deleted_experiment_is_refused_until_it_is_restored(tmp_path: Path) -> None:
    address = uri(tmp_path)
    write_empty_store(tmp_path / "mlflow.db")
    client = harness.connect(address)
    tracking = RecordedTracking(experiment="a b", uri=address, artifacts=str(tmp_path / "art"))
    from mlflow.exceptions import MlflowException

    from experiments.mirror.store import find_experiment

    key = find_experiment(client, address, tracking)
    client.delete_experiment(key)
    with pytest.raises(MlflowException, match=rf"a b was deleted .* --experiment-id {key}$"):
        find_experiment(client, address, tracking)
    client.restore_experiment(key)
    assert find_experiment(client, address, tracking) == key


@pytest.mark.stress
def test_readers_name_a_deleted_experiment_with_the_command_that_restores_it(
    outputs: Path,
) -> None:
    client = harness.connect(uri(outputs))
    experiment = client.get_experiment_by_name("mnist")
    assert experiment is not None
    client.delete_experiment(experiment.experiment_id)
    restore = (
        "the experiment mnist was deleted in MLflow; restore it with"
        f" MLFLOW_TRACKING_URI={uri(outputs)} "
    )
    end = f"mlflow experiments restore --experiment-id {experiment.experiment_id}"
    words = [[*each, "--uri", uri(outputs)] for each in READERS]
    with Forks(forked.EXPERIMENTS, outputs.parent) as forks:
        for each in (*words, ["sync", "--outputs", str(outputs)]):
            ended = forks.execute(each)
            ended.check_one_line(restore)
            assert ended.stderr.endswith(f"{end}\n")


@pytest.mark.stress
@pytest.mark.parametrize(
    "words",
    [harness.SMALL, ("-m", "seed=0,1", *harness.SMALL)],
)
def test_another_experiment_gets_no_second_copy(tmp_path: Path, words: tuple[str, ...]) -> None:
    folder = tmp_path / "outputs"
    first = harness.run(folder, *words, "tracking.experiment=A")
    assert "and in MLflow: browse with" in first
    before = harness.tracked(uri(folder))
    for name, place in (("B", ", in the experiment A of the first start"), ("A", "")):
        output = harness.run(folder, *words, f"tracking.experiment={name}")
        assert f"and in MLflow{place}: browse with" in output
    subprocess.run([EXPERIMENTS, "sync", "--outputs", str(folder)], check=True, capture_output=True)
    assert harness.tracked(uri(folder)) == before


LONG = ("loss=ce", "epochs=80", "batch_size=1", "optimizer=adam", *harness.SLOW)
"""Training that has not ended when the first of its epochs are in MLflow."""


def contents(folder: Path) -> dict[Path, tuple[int, bytes]]:
    """Return the time of the last change and the bytes of every file in a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.mark.stress
def test_a_killed_run_continues_in_a_copy_and_leaves_the_old_place_alone(tmp_path: Path) -> None:
    old, copy, whole = (tmp_path / name for name in ("old", "copy", "whole"))
    with harness.start(old, *LONG) as program:
        harness.wait_for(lambda: harness.latest_step(uri(old)), "epoch in the store")
    program.wait_until_gone()
    assert program.process.returncode == -signal.SIGKILL
    begun = harness.n_epochs(old)
    assert 0 < begun < 80
    (tracked,) = harness.tracked(uri(old))
    before = contents(old)

    shutil.copytree(old, copy)
    harness.run(copy, *LONG)
    assert contents(old) == before
    assert len(harness.events(copy, "start")) == len(harness.events(copy, "resume")) == 1
    harness.run(whole, *LONG, harness.NOT_TRACKED)
    assert harness.results(copy) == harness.results(whole)

    (resumed,) = harness.tracked(uri(copy))
    assert resumed.id == tracked.id
    assert resumed.tags["folder"] == str(harness.run_folder(copy))
    harness.assert_complete([resumed], "FINISHED", harness.run_folder(copy))
    assert all(path.is_relative_to(copy) for path in resumed.artifacts.values())
    assert network(uri(copy), results.runs(uri(copy)).iloc[0]).sizes[0] == 784
    assert contents(old) == before
