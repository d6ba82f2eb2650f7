"""The start of a training, and its best epoch: the first of equal ones, with its parameters."""

import numpy as np
import pytest
from trainings import CLASSES, FEATURES, N, dataset, split, training

from experiments.examples import Dataset
from experiments.training import Progress, initialise
from nn import SGD, Adam, CrossEntropyCost, LeCunNormal, Network, Optimizer, Output, Sigmoid

ADAM = Adam(0.01, beta1=0.9, beta2=0.999, epsilon=1e-8)


def initialised(
    optimizer: Optimizer = ADAM, *, seed: int = 0, dtype: type = np.float64
) -> tuple[Network, Progress]:
    return initialise(
        sizes=[FEATURES, 4, CLASSES],
        activation=Sigmoid(),
        loss=CrossEntropyCost(Output.softmax),
        initializer=LeCunNormal(1.0),
        optimizer=optimizer,
        seed=seed,
        dtype=dtype,
    )


# The start


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_start_is_before_the_first_step(dtype: type) -> None:
    network, progress = initialised(dtype=dtype)
    assert (progress.epochs, progress.batches, progress.seconds) == (0, 0, 0.0)
    assert progress.gradient_norms == progress.accuracies == []
    assert progress.state.steps == 0
    assert set(progress.state.moments) == {"first", "second"}
    assert not any(moment.any() for moment in progress.state.moments.values())
    assert network.parameters.dtype == progress.best_parameters.dtype == dtype
    assert np.array_equal(progress.best_parameters, network.parameters)
    network.parameters[:] = 7
    assert not np.any(progress.best_parameters == 7)


def test_the_seed_decides_parameters_and_order() -> None:
    (first, progress), (same, again), (other, another) = (initialised(seed=s) for s in (3, 3, 4))
    assert first.parameters.tobytes() == same.parameters.tobytes()
    assert np.all(first.parameters != other.parameters)
    orders = [each.order.permutation(N).tolist() for each in (progress, again, another)]
    assert orders[0] == orders[1] != orders[2]


def test_the_random_numbers_of_parameters_and_order_are_independent() -> None:
    """Each comes from a stream of its own, so a larger network keeps the order of examples."""
    network, progress = initialised(seed=3)
    parameters, order = map(np.random.default_rng, np.random.SeedSequence(3).spawn(2))
    expected = LeCunNormal(1.0).weights(FEATURES, 4, rng=parameters)
    assert np.array_equal(network.weights[0], expected)
    assert progress.order.random(5).tolist() == order.random(5).tolist()


# The best epoch


def trained(rate: float, epochs: int, data: Dataset | None = None) -> tuple[Progress, list[bytes]]:
    """Return the progress at the end of a training, and the parameters after each epoch."""
    optimizer = SGD(rate)
    network, progress = initialised(optimizer)
    steps = training(network, data, optimizer=optimizer, epochs=epochs, progress=progress)
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
    data = Dataset(dataset().train, split(3), dataset().test, "")
    progress, parameters = trained(2.0, 30, data)
    best = progress.accuracies.index(max(progress.accuracies))
    shorter, _ = trained(2.0, best + 1, data)
    assert shorter.best_epoch == best + 1 > 1
    assert shorter.best_parameters.tobytes() == parameters[best]
