"""The epoch best on validation: what is said of it is what a training that ends there comes to."""

import signal
from pathlib import Path

import harness
import numpy as np
import pytest
from harness import NOT_TRACKED

from experiments.data.dataset import Dataset, Split
from experiments.training.train import Progress, train
from nn import SGD, Constant, CrossEntropyCost, LeCunNormal, Network, Output, Sigmoid

EPOCHS = 100
RUN = (
    *("optimizer=momentum", "optimizer.learning_rate=0.5", "l2=5"),
    *("dataset.train_size=300", "dataset.validation_size=200", "record_weights=[]", NOT_TRACKED),
)
WHOLE = (f"epochs={EPOCHS}", *RUN)
CHOSEN = "test/chosen/"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "outputs"
    harness.run(folder, *WHOLE)
    return folder


def chosen(folder: Path) -> dict[str, float]:
    """Return what is said of the epoch chosen."""
    metrics = harness.events(folder, "end")[-1]["metrics"]
    return {name.removeprefix(CHOSEN): metrics[name] for name in metrics if CHOSEN in name}


def test_the_epoch_is_the_first_that_is_best_on_validation(whole: Path) -> None:
    accuracies = [value for _, value in harness.histories(whole)["validation/accuracy"]]
    epoch = chosen(whole)["epoch"]
    assert epoch == accuracies.index(max(accuracies)) + 1
    assert 1 < epoch < EPOCHS


def test_a_training_that_ends_with_the_epoch_chosen_comes_to_the_same_bits(
    whole: Path, tmp_path: Path
) -> None:
    of_whole = chosen(whole)
    harness.run(tmp_path / "short", f"epochs={of_whole['epoch']:.0f}", *RUN)
    short = harness.events(tmp_path / "short", "end")[-1]["metrics"]
    for what in ("cost", "accuracy"):
        assert of_whole[what].hex() == short[f"test/{what}"].hex()
    assert chosen(tmp_path / "short") == of_whole  # its last epoch is its best
    last = harness.events(whole, "end")[-1]["metrics"]
    assert last["test/cost"] != of_whole["cost"]


def test_it_survives_kills_before_and_after_the_epoch_chosen(whole: Path, tmp_path: Path) -> None:
    folder, epoch = tmp_path / "outputs", int(chosen(whole)["epoch"])
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
    assert chosen(folder) == chosen(whole)
    assert harness.results(folder) == harness.results(whole)


def _epochs(folder: Path) -> int:
    return len(harness.events(folder, "epoch")) if (folder / "runs").is_dir() else 0


# Ties


def examples(n: int, seed: int) -> Split:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n)
    return Split(rng.random((n, 6)), labels, np.eye(3)[labels])


def trained(rate: float, epochs: int, *, validation: int = 7) -> tuple[Progress, list[bytes]]:
    """Return where a training ends, and the parameters after each of its epochs."""
    net = Network(
        [6, 4, 3],
        activation=Sigmoid(),
        loss=CrossEntropyCost(Output.softmax),
        initializer=LeCunNormal(1.0),
        rng=np.random.default_rng(0),
        dtype=np.float64,
    )
    optimizer = SGD(rate)
    progress = Progress(
        optimizer.init(net.parameters), np.random.default_rng(5), net.parameters.copy()
    )
    steps = train(
        net,
        Dataset(examples(23, 0), examples(validation, 1), examples(9, 2), ""),
        optimizer=optimizer,
        schedule=Constant(),
        epochs=epochs,
        batch_size=5,
        l2=0.0,
        progress=progress,
    )
    return progress, [net.parameters.tobytes() for _ in steps]


def test_of_equal_epochs_the_first_is_chosen() -> None:
    """So small a rate changes the parameters, but no answer."""
    progress, parameters = trained(1e-9, 4)
    assert len(set(progress.accuracies)) == 1
    assert len(set(parameters)) == 4
    assert progress.chosen_epoch == 1
    assert progress.chosen.tobytes() == parameters[0]


@pytest.mark.parametrize("rate", [0.1, 1.0, 3.0, 10.0])
def test_the_parameters_chosen_are_those_at_the_end_of_that_epoch(rate: float) -> None:
    progress, parameters = trained(rate, 12)
    best = max(progress.accuracies)
    first = next(i for i, accuracy in enumerate(progress.accuracies) if accuracy == best)
    assert progress.chosen_epoch == first + 1
    assert progress.chosen.tobytes() == parameters[first]


def test_the_last_of_ever_better_epochs_is_chosen() -> None:
    progress, parameters = trained(2.0, 30, validation=3)
    best = progress.accuracies.index(max(progress.accuracies))
    shorter, _ = trained(2.0, best + 1, validation=3)
    assert shorter.chosen_epoch == best + 1 > 1
    assert shorter.chosen.tobytes() == parameters[best]
