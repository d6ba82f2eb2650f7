"""The recorded first-layer weights are those of the training, even if the run is disturbed."""

import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import harness
import numpy as np
import pytest
from harness import NOT_TRACKED, Program

from experiments.recording import load_weights

BRIEF = ("optimizer=adam", "batch_size=5", "dataset.train_size=300", "dataset.validation_size=500")
RUN = ("epochs=5", *BRIEF, "record_weights=[4,0,1,3,3,99]", NOT_TRACKED)
EPOCHS = [0, 1, 3, 4]
LONG = ("epochs=80", *BRIEF, "record_weights=[0,1,79,80]", NOT_TRACKED, "checkpoint_every=3")

TRAIN_AGAIN = """
import sys
import experiments.startup  # the same settings of BLAS
import numpy as np
from pathlib import Path
from experiments.configuration import rebuild
from experiments.recording import read_record
from experiments.training import initialise, train

experiment = rebuild(read_record(Path(sys.argv[1])).start.config)
network, progress = initialise(
    sizes=experiment.sizes,
    activation=experiment.activation,
    loss=experiment.loss,
    initializer=experiment.initializer,
    optimizer=experiment.optimizer,
    seed=experiment.seed,
    dtype=experiment.dtype,
)
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
"""Repeats the training of a recorded run, and saves the first-layer weights of every epoch."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs folder of `RUN`."""
    folder = tmp_path_factory.mktemp("recorded") / "outputs"
    harness.run(folder, *RUN)
    return folder


def test_the_weights_are_those_of_the_training_after_each_epoch(
    recorded: Path, tmp_path: Path
) -> None:
    run, saved = harness.run_folder(recorded), tmp_path / "weights.npz"
    with Program([sys.executable, "-c", TRAIN_AGAIN, run, saved], tmp_path / "log") as program:
        assert program.wait() == 0, program.output
    kept = load_weights(run)
    assert list(kept) == EPOCHS
    with np.load(saved) as trained:
        for epoch, weights in kept.items():
            assert weights.shape == (784, 30)
            assert weights.dtype == np.float32
            assert weights.tobytes() == trained[str(epoch)].tobytes()
    assert len({weights.tobytes() for weights in kept.values()}) == len(EPOCHS)


def test_the_files_are_named_by_their_epochs(recorded: Path) -> None:
    files = sorted(path.name for path in (harness.run_folder(recorded) / "weights").iterdir())
    assert files == ["0000.npy", "0001.npy", "0003.npy", "0004.npy"]


def test_the_weights_of_the_last_epoch_are_those_of_the_network(four: harness.Sweep) -> None:
    for folder in harness.jobs(four.folder).values():
        kept = load_weights(folder)
        with np.load(folder / "network.npz") as saved:
            first_layer = saved["parameters"][: 784 * 30].reshape(784, 30)
        assert list(kept) == [0, 1, 2]
        assert np.array_equal(kept[2], first_layer)


def test_mlflow_has_the_weights_as_artifacts(four: harness.Sweep) -> None:
    runs, client = harness.by_name(four.uri), harness.connect(four.uri)
    for name, folder in harness.jobs(four.folder).items():
        kept = {f"weights/{path.name}": path for path in (folder / "weights").iterdir()}
        assert sorted(kept) == [f"weights/000{epoch}.npy" for epoch in (0, 1, 2)]
        listed = client.list_artifacts(runs[name].id, "weights")
        assert sorted(each.path for each in listed) == sorted(kept)
        root = runs[name].artifacts["weights"].parent
        for path, original in kept.items():
            assert (root / path).read_bytes() == original.read_bytes()


def test_without_recorded_weights_the_run_is_the_same(recorded: Path, tmp_path: Path) -> None:
    none = tmp_path / "none"
    harness.run(none, *RUN, "record_weights=[]")
    assert not (harness.run_folder(none) / "weights").exists()
    assert harness.run_folder(none).name == harness.run_folder(recorded).name
    expected = harness.results(recorded)
    kept = {name for name in expected if name.endswith(".npy")}
    assert len(kept) == len(EPOCHS)
    assert harness.results(none) == {k: v for k, v in expected.items() if k not in kept}
    assert "done before" in harness.run(none, *RUN)


# Disturbed runs


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs folder of `LONG`."""
    folder = tmp_path_factory.mktemp("undisturbed") / "outputs"
    harness.run(folder, *LONG)
    return folder


@pytest.fixture(scope="module")
def halted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs folder of `LONG`, stopped after the weights of epochs 0 and 1 were recorded."""
    folder = tmp_path_factory.mktemp("halted") / "outputs"
    with harness.start(folder, *LONG) as program:
        harness.wait_for_events("epoch", 2, folder)
        program.send(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM, program.output
    assert list(load_weights(harness.run_folder(folder))) == [0, 1]
    return folder


@pytest.mark.stress
def test_a_killed_and_resumed_run_records_the_same_weights(
    undisturbed: Path, halted: Path, tmp_path: Path
) -> None:
    """Files that the kill left incomplete are removed in the end."""
    folder = tmp_path / "killed"
    shutil.copytree(halted, folder)
    kept = harness.run_folder(folder) / "weights"
    with harness.start(folder, *LONG) as program:
        harness.wait_for_events("epoch", len(harness.events(folder, "epoch")) + 1, folder)
        program.send(signal.SIGKILL)
        assert program.wait() == -signal.SIGKILL
    (kept / "0079.npy.123.tmp").write_bytes(b"torn")
    harness.run(folder, *LONG)
    assert len(harness.events(folder, "resume")) == 2
    assert harness.results(folder) == harness.results(undisturbed)
    assert {"0000.npy", "0001.npy", "0079.npy", "0080.npy"} <= harness.results(folder).keys()


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """Leave no space for the weights of a layer."""
    with harness.mounted(folder, "-t", "tmpfs", "-o", "size=64k", "tmpfs"):
        yield


@contextmanager
def replaced_by_a_file(folder: Path) -> Iterator[None]:
    aside = folder.rename(folder.with_name("aside"))
    folder.write_bytes(b"")
    yield
    folder.unlink()
    aside.rename(folder)


@pytest.mark.stress
@pytest.mark.parametrize(
    ("disturbance", "reason"),
    [
        (full, "No space left on device"),
        (harness.read_only, ""),
        (replaced_by_a_file, "File exists"),
    ],
)
def test_weights_that_cannot_be_written_stop_the_run_with_one_line(
    undisturbed: Path,
    halted: Path,
    tmp_path: Path,
    disturbance: Callable[[Path], AbstractContextManager[None]],
    reason: str,
) -> None:
    """The same command resumes the run as soon as they can be written again."""
    folder = tmp_path / "outputs"
    shutil.copytree(halted, folder)
    kept = harness.run_folder(folder) / "weights"
    with disturbance(kept), harness.start(folder, *LONG) as program:
        assert program.wait() == 1
        output = program.output
    (error,) = harness.errors(output)
    assert str(kept) in error
    assert reason in error
    assert error.endswith(
        " after epoch 79; everything recorded before is safe; the same command resumes it"
    )
    end = harness.events(folder)[-1]
    assert (end["event"], end["status"]) == ("end", "interrupted")

    harness.run(folder, *LONG)
    assert [event["epoch"] for event in harness.events(folder, "epoch")] == [*range(1, 81)]
    assert harness.results(folder) == harness.results(undisturbed)
