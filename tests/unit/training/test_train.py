"""Training: reproducible, stopped and gone on with, recomputed by hand, divergence, learning."""

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.examples import Dataset, Split, minibatches
from experiments.training.train import (
    CLOCK,
    NORM_EVERY,
    DivergenceError,
    EpochMetrics,
    Progress,
    evaluate,
    train,
)
from nn import (
    SGD,
    Activation,
    Adam,
    Constant,
    CrossEntropyCost,
    HalveOnPlateau,
    Identity,
    LeCunNormal,
    Loss,
    Network,
    Optimizer,
    Output,
    QuadraticCost,
    ReLU,
    Schedule,
    Sigmoid,
    Step,
)

FEATURES, CLASSES, N = 6, 3, 23
SOFTMAX = CrossEntropyCost(Output.softmax)
SIGMOID, ADAM = Sigmoid(), Adam(0.01, beta1=0.9, beta2=0.999, epsilon=1e-8)


def split(n: int, seed: int, dtype: type = np.float64) -> Split:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, CLASSES, n)
    images = rng.random((n, FEATURES)).astype(dtype)
    return Split(images, labels, np.eye(CLASSES, dtype=dtype)[labels])


def dataset(dtype: type = np.float64) -> Dataset:
    return Dataset(split(N, 0, dtype), split(11, 1, dtype), split(9, 2, dtype), "")


def network(
    *hidden: int,
    activation: Activation = SIGMOID,
    loss: Loss = SOFTMAX,
    dtype: type = np.float64,
    seed: int = 0,
) -> Network:
    return Network(
        [FEATURES, *hidden, CLASSES],
        activation=activation,
        loss=loss,
        initializer=LeCunNormal(1.0),
        rng=np.random.default_rng(seed),
        dtype=dtype,
    )


def beginning(net: Network, optimizer: Optimizer, seed: int = 5) -> Progress:
    state = optimizer.init(net.parameters)
    return Progress(state, np.random.default_rng(seed), net.parameters.copy())


def training(
    net: Network, data: Dataset | None = None, *, seed: int = 5, **options: Any
) -> Iterator[EpochMetrics]:
    chosen = {
        "optimizer": SGD(0.5),
        "schedule": Constant(),
        "epochs": 3,
        "batch_size": 5,
        "l2": 0.0,
        **options,
    }
    chosen.setdefault("progress", beginning(net, chosen["optimizer"], seed))
    return train(net, data or dataset(), **chosen)


def numbers(metrics: Sequence[EpochMetrics]) -> list[dict[str, float]]:
    """Return everything that was measured, but for the time it took."""
    return [{k: v for k, v in each.by_name().items() if k not in CLOCK} for each in metrics]


def softmax(z: np.ndarray) -> np.ndarray:
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


class ByHand:
    """Softmax regression by the formulas: no hidden layer, cross-entropy, plain gradient descent.

    ``l2`` is Nielsen's lambda and ``n`` the number of training examples that divides it.
    """

    def __init__(self, net: Network, *, l2: float, n: int = N) -> None:
        self.w, self.b = net.weights[0].copy(), net.biases[0].copy()
        self.l2, self.n = l2, n
        self.norms: list[float] = []

    def epoch(self, rate: float, batch_size: int, rng: np.random.Generator) -> None:
        for x, y in minibatches(dataset().train, batch_size, rng=rng):
            error = (softmax(x @ self.w + self.b) - y) / len(x)
            dw, db = x.T @ error + self.l2 / self.n * self.w, error.sum(axis=0)
            self.norms.append(math.sqrt(np.sum(dw**2) + np.sum(db**2)))
            self.w -= rate * dw
            self.b -= rate * db

    def cost(self, examples: Split) -> float:
        a = softmax(examples.images @ self.w + self.b)
        fit = -np.sum(examples.targets * np.log(a)) / len(examples)
        return float(fit + self.l2 / (2 * self.n) * np.sum(self.w**2))

    def accuracy(self, examples: Split) -> float:
        z = examples.images @ self.w + self.b
        hits = [int(row.argmax()) == label for row, label in zip(z, examples.labels, strict=True)]
        return sum(hits) / len(hits)


# The same again


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch_size", [1, 5, N, N + 7])
def test_same_seed_same_bits(dtype: type, batch_size: int) -> None:
    nets = [network(4, dtype=dtype) for _ in range(2)]
    first, second = (
        list(training(net, dataset(dtype), optimizer=ADAM, l2=0.1, batch_size=batch_size))
        for net in nets
    )
    assert numbers(first) == numbers(second)
    assert nets[0].parameters.tobytes() == nets[1].parameters.tobytes()
    assert nets[0].parameters.dtype == dtype
    assert [each.epoch for each in first] == [1, 2, 3]


def test_the_clock_alone_differs_from_one_training_to_the_next() -> None:
    first, second = ([each.by_name() for each in training(network(4))] for _ in range(2))
    assert first[0].keys() == second[0].keys()
    differing = {
        name for a, b in zip(first, second, strict=True) for name in a if a[name] != b[name]
    }
    assert differing == set(CLOCK)


def test_another_order_another_result() -> None:
    nets = [network(4) for _ in range(2)]
    metrics = [list(training(net, seed=seed)) for seed, net in enumerate(nets)]
    assert numbers(metrics[0]) != numbers(metrics[1])


def test_training_goes_no_further_than_it_is_asked() -> None:
    net, whole = network(4), network(4)
    epochs = training(net)
    first = next(epochs)
    assert first.train == evaluate(net, dataset().train, penalty=0)
    list(training(whole, epochs=1))
    assert np.array_equal(net.parameters, whole.parameters)


# Stopped


@settings(derandomize=True, deadline=None, max_examples=25)
@given(data=st.data())
@pytest.mark.parametrize("batch_size", [1, 5])
@pytest.mark.parametrize(("optimizer", "l2"), [(SGD(0.5), 4.0), (ADAM, 0.0)], ids=["sgd", "adam"])
def test_a_training_that_was_stopped_goes_on_to_the_same_bits(
    data: st.DataObject, optimizer: Optimizer, l2: float, batch_size: int
) -> None:
    in_epoch = math.ceil(N / batch_size)
    stops = data.draw(st.sets(st.integers(0, 3 * in_epoch - 1), min_size=1, max_size=3))
    taken = 0

    def stop() -> bool:
        nonlocal taken
        stopping = taken in stops
        stops.discard(taken)
        taken += not stopping
        return stopping

    whole, stopped = network(4), network(4)
    options = {"optimizer": optimizer, "l2": l2, "batch_size": batch_size}
    options["schedule"] = HalveOnPlateau(patience=1)
    progress = beginning(stopped, optimizer)
    metrics: list[EpochMetrics] = []
    while stops or progress.epochs < 3:
        metrics.extend(training(stopped, progress=progress, stop=stop, **options))
        assert divmod(taken, in_epoch) == (progress.epochs, progress.batches)
    assert numbers(metrics) == numbers(list(training(whole, **options)))
    assert stopped.parameters.tobytes() == whole.parameters.tobytes()


def test_an_epoch_is_yielded_if_the_stop_comes_in_its_last_mini_batch() -> None:
    answers = iter([False] * 5 + [True])
    (metrics,) = training(network(), stop=lambda: next(answers))
    assert metrics.epoch == 1


def test_the_time_of_an_epoch_is_that_of_all_its_parts() -> None:
    net, optimizer = network(), SGD(0.5)
    answers = iter([False, True] + [False] * 4)
    progress = beginning(net, optimizer)
    options = {"optimizer": optimizer, "progress": progress, "stop": lambda: next(answers)}
    assert list(training(net, epochs=1, **options)) == []
    progress.seconds += 1000
    (metrics,) = training(net, epochs=1, **options)
    assert 1000 < metrics.seconds < 2000


# By hand


@pytest.mark.parametrize("l2", [0.0, 4.0])
@pytest.mark.parametrize("batch_size", [1, 5, N, N + 7])
def test_every_step_and_metric_is_the_formula(l2: float, batch_size: int) -> None:
    net = network()
    hand = ByHand(net, l2=l2)
    rng = np.random.default_rng(5)
    for metrics in training(net, l2=l2, batch_size=batch_size):
        hand.norms.clear()
        hand.epoch(0.5, batch_size, rng)
        np.testing.assert_allclose(net.weights[0], hand.w, rtol=1e-12)
        np.testing.assert_allclose(net.biases[0], hand.b, rtol=1e-12)
        for measured, examples in (
            (metrics.train, dataset().train),
            (metrics.validation, dataset().validation),
        ):
            assert measured.cost == pytest.approx(hand.cost(examples), rel=1e-12)
            assert measured.accuracy == hand.accuracy(examples)
        assert metrics.weight_norms == pytest.approx([np.linalg.norm(hand.w)], rel=1e-12)
        every = hand.norms[::NORM_EVERY]
        assert metrics.gradient_norm == pytest.approx(sum(every) / len(every), rel=1e-12)
        assert metrics.images_per_second == pytest.approx(N / metrics.seconds)


def test_the_penalty_is_over_the_training_examples_whatever_the_set() -> None:
    net, l2 = network(), 4.0
    hand = ByHand(net, l2=l2)
    for examples in (dataset().train, dataset().validation, dataset().test):
        measured = evaluate(net, examples, penalty=l2 / (2 * N))
        assert measured.cost == pytest.approx(hand.cost(examples), rel=1e-12)


def test_decay_is_for_weights_alone() -> None:
    """Images of zeros give the weights no other gradient, and the biases theirs as without."""
    black = Split(np.zeros((N, FEATURES)), dataset().train.labels, dataset().train.targets)
    data = Dataset(black, black, black, "")
    decayed, other, start = network(), network(), network()
    list(training(decayed, data, l2=4.0, epochs=1, batch_size=N))
    list(training(other, data, l2=0.0, epochs=1, batch_size=N))
    np.testing.assert_allclose(decayed.weights[0], (1 - 0.5 * 4 / N) * start.weights[0], rtol=1e-14)
    assert np.array_equal(other.weights[0], start.weights[0])
    assert np.array_equal(decayed.biases[0], other.biases[0])
    assert not np.array_equal(decayed.biases[0], start.biases[0])


def test_names_of_what_is_measured() -> None:
    (metrics,) = training(network(5, 4), epochs=1)
    named = metrics.by_name()
    assert named["train/cost"] == metrics.train.cost
    assert named["train/accuracy"] == metrics.train.accuracy
    assert named["validation/cost"] == metrics.validation.cost
    assert named["validation/accuracy"] == metrics.validation.accuracy
    norms = tuple(named[f"weight_norm/{layer}"] for layer in (1, 2, 3))
    assert norms == metrics.weight_norms
    expected = {
        f"{split}/{what}" for split in ("train", "validation") for what in ("cost", "accuracy")
    }
    expected |= {f"{what}/{layer}" for what in ("weight_norm", "saturated") for layer in (1, 2, 3)}
    expected |= {f"output/{what}" for what in ("error", "slope", "delta")}
    expected |= {"learning_rate", "gradient_norm", *CLOCK}
    assert set(named) == expected


def test_weight_norms_are_of_each_layer() -> None:
    net = network(5, 4)
    (metrics,) = training(net, epochs=1)
    expected = [np.linalg.norm(w) for w in net.weights]
    assert metrics.weight_norms == pytest.approx(expected, rel=1e-14)


# Schedules


def test_each_epoch_has_its_learning_rate() -> None:
    net = network()
    hand = ByHand(net, l2=0.0)
    rng = np.random.default_rng(5)
    metrics = list(training(net, schedule=Step(every=2, gamma=0.1), epochs=5))
    rates = [0.5, 0.5, 0.05, 0.05, 0.005]
    assert [each.learning_rate for each in metrics] == pytest.approx(rates, rel=1e-14)
    for rate in rates:
        hand.epoch(rate, 5, rng)
    np.testing.assert_allclose(net.weights[0], hand.w, rtol=1e-12)


@dataclass(frozen=True)
class Remembering(Schedule):
    """Constant; keeps what it is asked."""

    asked: list[tuple[int, list[float]]] = field(default_factory=list)

    def factor(self, epoch: int, accuracies: Sequence[float]) -> float:
        self.asked.append((epoch, list(accuracies)))
        return 1.0


def test_a_schedule_sees_the_validation_accuracies_before() -> None:
    schedule = Remembering()
    metrics = list(training(network(), schedule=schedule, epochs=4))
    accuracies = [each.validation.accuracy for each in metrics]
    assert accuracies != [each.train.accuracy for each in metrics]
    assert schedule.asked == [(epoch, accuracies[: epoch - 1]) for epoch in (1, 2, 3, 4)]


def test_a_plateau_halves_the_rate() -> None:
    still = training(network(), optimizer=SGD(1e-12), schedule=HalveOnPlateau(patience=2), epochs=6)
    rates = [each.learning_rate / 1e-12 for each in still]
    assert rates == pytest.approx([1, 1, 1, 0.5, 0.5, 0.25])


# Divergence


def test_divergence_ends_training_after_finite_epochs() -> None:
    net = network(5, 5, activation=Identity(), dtype=np.float32, seed=5)
    metrics: list[EpochMetrics] = []
    with pytest.raises(DivergenceError) as caught:
        metrics.extend(training(net, dataset(np.float32), optimizer=SGD(1.0), epochs=30))
    assert metrics
    assert all(math.isfinite(value) for each in metrics for value in each.by_name().values())
    assert caught.value.epoch == len(metrics) + 1
    assert str(caught.value).endswith(f"in epoch {len(metrics) + 1}")


@pytest.mark.parametrize("rate", [1e15, 1e20, 1e25, 1e35, 1e60])
@pytest.mark.parametrize("loss", [QuadraticCost(Output.sigmoid), SOFTMAX], ids=["mse", "ce"])
@pytest.mark.parametrize("activation", [SIGMOID, ReLU()], ids=["sigmoid", "relu"])
def test_all_that_is_yielded_is_finite(rate: float, loss: Loss, activation: Activation) -> None:
    """A saturated cost may stay finite when the weights' squares do not."""
    net = network(5, activation=activation, loss=loss, dtype=np.float32)
    metrics: list[EpochMetrics] = []
    with suppress(DivergenceError):
        metrics.extend(training(net, dataset(np.float32), optimizer=SGD(rate)))
    assert all(math.isfinite(value) for each in metrics for value in each.by_name().values())
