"""The best epoch of a training: the first of equal ones, with the parameters at its end."""

import numpy as np
import pytest

from experiments.examples import Dataset, Split
from experiments.training import Progress, initialise, train
from nn import SGD, Constant, CrossEntropyCost, LeCunNormal, Output, Sigmoid


def examples(n: int, seed: int) -> Split:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, n)
    return Split(rng.random((n, 6)), labels, np.eye(3)[labels])


def trained(rate: float, epochs: int, *, validation: int = 7) -> tuple[Progress, list[bytes]]:
    """Return the progress at the end of a training, and the parameters after each epoch."""
    optimizer = SGD(rate)
    network, progress = initialise(
        sizes=[6, 4, 3],
        activation=Sigmoid(),
        loss=CrossEntropyCost(Output.softmax),
        initializer=LeCunNormal(1.0),
        optimizer=optimizer,
        seed=0,
        dtype=np.float64,
    )
    steps = train(
        network,
        Dataset(examples(23, 0), examples(validation, 1), examples(9, 2), ""),
        optimizer=optimizer,
        schedule=Constant(),
        epochs=epochs,
        batch_size=5,
        l2=0.0,
        progress=progress,
    )
    return progress, [network.parameters.tobytes() for _ in steps]


def test_the_first_of_equal_epochs_is_the_best() -> None:
    """So small a learning rate changes the parameters, but no prediction."""
    progress, parameters = trained(1e-9, 4)
    assert len(set(progress.accuracies)) == 1
    assert len(set(parameters)) == 4
    assert progress.best_epoch == 1
    assert progress.best_parameters.tobytes() == parameters[0]


@pytest.mark.parametrize("rate", [0.1, 0.3, 1.0, 2.5])
def test_the_best_parameters_are_those_at_the_end_of_the_best_epoch(rate: float) -> None:
    progress, parameters = trained(rate, 12)
    first = progress.accuracies.index(max(progress.accuracies))
    assert progress.best_epoch == first + 1
    assert progress.best_parameters.tobytes() == parameters[first]


def test_the_last_epoch_is_the_best_if_its_accuracy_is_the_highest() -> None:
    progress, parameters = trained(2.0, 30, validation=3)
    best = progress.accuracies.index(max(progress.accuracies))
    shorter, _ = trained(2.0, best + 1, validation=3)
    assert shorter.best_epoch == best + 1 > 1
    assert shorter.best_parameters.tobytes() == parameters[best]
