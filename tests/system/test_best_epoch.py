"""The best epoch: its test results are those of a training that ends with this epoch."""

import signal
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED

EPOCHS = 100
RUN = (
    *("optimizer=momentum", "optimizer.learning_rate=0.5", "l2=5"),
    *("dataset.train_size=300", "dataset.validation_size=200", "record_weights=[]", NOT_TRACKED),
)
WHOLE = (f"epochs={EPOCHS}", *RUN)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs folder of `WHOLE`."""
    folder = tmp_path_factory.mktemp("whole") / "outputs"
    harness.run(folder, *WHOLE)
    return folder


def end_metrics(folder: Path) -> dict[str, float]:
    return harness.events(folder, "end")[-1]["metrics"]


def best(folder: Path) -> dict[str, float]:
    """Return the metrics of the best epoch."""
    metrics = end_metrics(folder)
    return {name: metrics[name] for name in metrics if name.startswith("best_epoch/")}


def test_the_best_epoch_is_the_first_with_the_highest_validation_accuracy(whole: Path) -> None:
    accuracies = [value for _, value in harness.histories(whole)["validation/accuracy"]]
    epoch = end_metrics(whole)["best_epoch/epoch"]
    assert epoch == accuracies.index(max(accuracies)) + 1
    assert 1 < epoch < EPOCHS


def test_a_training_that_ends_with_the_best_epoch_has_the_same_test_results(
    whole: Path, tmp_path: Path
) -> None:
    expected = end_metrics(whole)
    harness.run(tmp_path / "short", f"epochs={expected['best_epoch/epoch']:.0f}", *RUN)
    short = end_metrics(tmp_path / "short")
    for metric in ("test/cost", "test/accuracy"):
        assert expected[f"best_epoch/{metric}"].hex() == short[metric].hex()
    assert best(tmp_path / "short") == best(whole)  # its last epoch is its best
    assert expected["test/cost"] != expected["best_epoch/test/cost"]


@pytest.mark.stress
def test_the_best_epoch_survives_kills_before_and_after_it(whole: Path, tmp_path: Path) -> None:
    folder, epoch = tmp_path / "outputs", int(end_metrics(whole)["best_epoch/epoch"])
    for enough, signum in ((1, signal.SIGTERM), (epoch + 2, signal.SIGKILL)):
        with harness.start(folder, *WHOLE) as program:
            harness.wait_for(
                lambda n=enough: _epochs(folder) >= n or program.process.poll() is not None,
                "epoch",
            )
            program.send(signum)
            assert program.wait() == (143 if signum == signal.SIGTERM else -signum), program.output
    assert epoch < _epochs(folder) < EPOCHS
    harness.run(folder, *WHOLE)
    assert harness.events(folder, "resume")[-1]["epoch"] > epoch
    assert best(folder) == best(whole)
    assert harness.results(folder) == harness.results(whole)


def _epochs(folder: Path) -> int:
    return len(harness.events(folder, "epoch"))
