"""The first layer's weights after some epochs: those of the training, whatever befalls the run."""

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import harness
import numpy as np
import pytest
from harness import NOT_TRACKED, Program

from experiments.recording import weights as snapshots

BRIEF = ("optimizer=adam", "batch_size=5", "dataset.train_size=300", "dataset.validation_size=500")
RUN = ("epochs=5", *BRIEF, "record_weights=[4,0,1,3,3,99]", NOT_TRACKED)
KEPT = [0, 1, 3, 4]
LONG = ("epochs=80", *BRIEF, NOT_TRACKED, "checkpoint_every=3")
LATE = ("record_weights=[0,1,79,80]",)

AGAIN = """
import sys
import experiments.startup  # the same settings of BLAS
import numpy as np
from pathlib import Path
from experiments.configuration.config import rebuild
from experiments.recording.record import read
from experiments.training.train import begin, train

experiment = rebuild(read(Path(sys.argv[1])).start["config"])
network, progress = begin(experiment)
weights = {"0": network.weights[0].copy()}
for metrics in train(
    network,
    experiment.dataset.load(experiment.dtype),
    optimizer=experiment.optimizer,
    schedule=experiment.schedule,
    epochs=experiment.epochs,
    batch_size=experiment.batch_size,
    l2=experiment.l2,
    progress=progress,
):
    weights[str(metrics.epoch)] = network.weights[0].copy()
np.savez(sys.argv[2], **weights)
"""
"""Trains what a run recorded, and saves the first layer's weights after every epoch."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs of `RUN`."""
    folder = tmp_path_factory.mktemp("recorded") / "outputs"
    harness.run(folder, *RUN)
    return folder


def test_what_is_kept_are_the_weights_of_the_training_after_these_epochs(
    recorded: Path, tmp_path: Path
) -> None:
    run, saved = harness.run_folder(recorded), tmp_path / "weights.npz"
    with Program([sys.executable, "-c", AGAIN, run, saved], tmp_path / "log") as program:
        assert program.wait() == 0, program.output
    kept = snapshots.load(run)
    assert list(kept) == KEPT
    with np.load(saved) as trained:
        for epoch, weights in kept.items():
            assert weights.shape == (784, 30)
            assert weights.dtype == np.float32
            assert weights.tobytes() == trained[str(epoch)].tobytes()
    assert len({weights.tobytes() for weights in kept.values()}) == len(KEPT)


def test_the_files_are_named_by_their_epochs(recorded: Path) -> None:
    files = sorted(path.name for path in (harness.run_folder(recorded) / "weights").iterdir())
    assert files == ["0000.npy", "0001.npy", "0003.npy", "0004.npy"]


def test_the_last_ones_are_those_of_the_network(tmp_path: Path) -> None:
    harness.run(tmp_path / "run", "epochs=2", *BRIEF, NOT_TRACKED)
    kept = snapshots.load(harness.run_folder(tmp_path / "run"))
    with np.load(harness.run_folder(tmp_path / "run") / "network.npz") as saved:
        first_layer = saved["parameters"][: 784 * 30].reshape(784, 30)
    assert list(kept) == [0, 1, 2]
    assert np.array_equal(kept[2], first_layer)


def test_mlflow_has_them_as_artifacts(tmp_path_factory: pytest.TempPathFactory) -> None:
    four = harness.four_runs(tmp_path_factory.getbasetemp())
    runs, client = harness.by_name(four.uri), harness.connect(four.uri)
    for name, folder in harness.jobs(four.folder).items():
        kept = {f"weights/{path.name}": path for path in (folder / "weights").iterdir()}
        assert sorted(kept) == [f"weights/000{epoch}.npy" for epoch in (0, 1, 2)]
        listed = client.list_artifacts(runs[name].id, "weights")
        assert sorted(each.path for each in listed) == sorted(kept)
        root = runs[name].artifacts["weights"].parent
        for path, original in kept.items():
            assert (root / path).read_bytes() == original.read_bytes()


def test_none_are_kept_if_none_are_asked_for_and_the_run_is_the_same(
    recorded: Path, tmp_path: Path
) -> None:
    none = tmp_path / "none"
    harness.run(none, *RUN, "record_weights=[]")
    assert not (harness.run_folder(none) / "weights").exists()
    assert harness.run_folder(none).name == harness.run_folder(recorded).name
    expected = harness.results(recorded)
    kept = {name for name in expected if name.endswith(".npy")}
    assert len(kept) == len(KEPT)
    assert harness.results(none) == {k: v for k, v in expected.items() if k not in kept}
    assert "done before" in harness.run(none, *RUN)


def test_they_are_loaded_in_the_order_of_epochs(tmp_path: Path) -> None:
    weights = {epoch: np.full((2, 3), epoch, np.float32) for epoch in (9999, 10_000, 0, 12, 7)}
    for epoch, each in weights.items():
        snapshots.save(tmp_path, epoch, each)
    (tmp_path / "weights" / "0012.npy.77.tmp").write_bytes(b"torn")
    assert list(snapshots.load(tmp_path)) == [0, 7, 12, 9999, 10_000]
    for epoch, each in snapshots.load(tmp_path).items():
        assert np.array_equal(each, weights[epoch])
    assert snapshots.load(tmp_path / "nothing") == {}


# Disturbed


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed") / "outputs"
    harness.run(folder, *LONG, *LATE)
    return folder


@pytest.fixture(scope="module")
def halted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run, stopped when it had kept the first two."""
    folder = tmp_path_factory.mktemp("halted") / "outputs"
    with harness.start(folder, *LONG, *LATE) as program:
        harness.wait_for(lambda: len(harness.events(folder, "epoch")) >= 2, "two epochs")
        program.send(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM, program.output
    assert list(snapshots.load(harness.run_folder(folder))) == [0, 1]
    return folder


def test_a_run_that_is_killed_and_goes_on_keeps_the_same(
    undisturbed: Path, halted: Path, tmp_path: Path
) -> None:
    """What the crash took with it, or left torn, is there or gone in the end."""
    folder = tmp_path / "killed"
    shutil.copytree(halted, folder)
    kept = harness.run_folder(folder) / "weights"
    with harness.start(folder, *LONG, *LATE) as program:
        epochs = len(harness.events(folder, "epoch"))
        harness.wait_for(lambda: len(harness.events(folder, "epoch")) > epochs, "another epoch")
        program.send(signal.SIGKILL)
        assert program.wait() == -signal.SIGKILL
    (kept / "0079.npy.123.tmp").write_bytes(b"torn")
    harness.run(folder, *LONG, *LATE)
    assert len(harness.events(folder, "resume")) == 2
    assert harness.results(folder) == harness.results(undisturbed)
    assert {"0000.npy", "0001.npy", "0079.npy", "0080.npy"} <= harness.results(folder).keys()


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Leave no room for the weights of a layer."""
    with harness.mounted(folder, "-t", "tmpfs", "-o", "size=64k", "tmpfs"):
        yield


@contextmanager
def a_file(folder: Path) -> Iterator[None]:
    """Put a file in the place of a folder."""
    aside = folder.rename(folder.with_name("aside"))
    folder.write_bytes(b"")
    yield
    folder.unlink()
    aside.rename(folder)


@pytest.mark.parametrize(
    ("disturbance", "reason"),
    [
        (full, "No space left on device"),
        (harness.read_only, ""),
        (a_file, "File exists"),
    ],
    ids=["full", "read-only", "a file"],
)
def test_weights_that_cannot_be_kept_stop_the_run_in_one_line_until_they_can(
    undisturbed: Path, halted: Path, tmp_path: Path, disturbance: object, reason: str
) -> None:
    folder = tmp_path / "outputs"
    shutil.copytree(halted, folder)
    kept = harness.run_folder(folder) / "weights"
    with disturbance(kept), harness.start(folder, *LONG, *LATE) as program:  # type: ignore[operator]
        assert program.wait() == 1
        output = program.output
    (error,) = (line for line in output.splitlines() if line.startswith("error: "))
    assert "Traceback" not in output
    assert str(kept) in error
    assert reason in error
    assert "after epoch 79; what was recorded before is safe; the same command goes on" in error
    end = harness.events(folder)[-1]
    assert (end["event"], end["status"]) == ("end", "interrupted")

    harness.run(folder, *LONG, *LATE)
    assert [event["epoch"] for event in harness.events(folder, "epoch")] == [*range(1, 81)]
    assert harness.results(folder) == harness.results(undisturbed)
