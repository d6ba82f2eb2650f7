"""The training loop: reproducible, stopped and continued, equal to the formulas, diverging."""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import networks
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import trials
from trainings import CLASSES, FEATURES, N, dataset, progress, training

from experiments.examples import Dataset, Split, minibatches
from experiments.training import CLOCK, DivergenceError, EpochMetrics, evaluate
from experiments.training.descent import NORM_EVERY
from nn import (
    SGD,
    Activation,
    Adam,
    CrossEntropyCost,
    HalveOnPlateau,
    Identity,
    Loss,
    Network,
    Optimizer,
    Output,
    QuadraticCost,
    ReLU,
    Schedule,
    Sigmoid,
    Step,
    StopOnPlateau,
)

SOFTMAX = CrossEntropyCost(Output.softmax)
SIGMOID, ADAM = Sigmoid(), Adam(0.01, beta1=0.9, beta2=0.999, epsilon=1e-8)


def network(*hidden: int, loss: Loss = SOFTMAX, **options: Any) -> Network:
    """Return a network with these hidden layers for the random examples."""
    sizes = [FEATURES, *hidden, CLASSES]
    return networks.network(sizes, loss=loss, **{"activation": SIGMOID, **options})


def numbers(metrics: Sequence[EpochMetrics]) -> list[dict[str, float]]:
    """Return the metrics that do not depend on the speed of the machine."""
    return [{k: v for k, v in each.by_name().items() if k not in CLOCK} for each in metrics]


def softmax(z: np.ndarray) -> np.ndarray:
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


class ByHand:
    """Softmax regression by the formulas: no hidden layer, cross-entropy, plain gradient descent.

    ``l2`` is Nielsen's lambda; ``n`` is the number of training examples, which divides it.
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
        return self.loss(examples) + float(self.l2 / (2 * self.n) * np.sum(self.w**2))

    def loss(self, examples: Split) -> float:
        a = softmax(examples.images @ self.w + self.b)
        return float(-np.sum(examples.targets * np.log(a)) / len(examples))

    def accuracy(self, examples: Split) -> float:
        z = examples.images @ self.w + self.b
        hits = [int(row.argmax()) == label for row, label in zip(z, examples.labels, strict=True)]
        return sum(hits) / len(hits)


# Reproducible


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("batch_size", [1, 5, N, N + 7])
def test_the_same_seed_gives_the_same_bits(dtype: type, batch_size: int) -> None:
    nets = [network(4, dtype=dtype) for _ in range(2)]
    first, second = (
        list(training(net, dataset(dtype), optimizer=ADAM, l2=0.1, batch_size=batch_size))
        for net in nets
    )
    assert numbers(first) == numbers(second)
    assert nets[0].parameters.tobytes() == nets[1].parameters.tobytes()
    assert nets[0].parameters.dtype == dtype
    assert [each.epoch for each in first] == [1, 2, 3]


def test_only_the_metrics_of_the_clock_differ_between_equal_trainings() -> None:
    first, second = ([each.by_name() for each in training(network(4))] for _ in range(2))
    assert first[0].keys() == second[0].keys()
    differing = {
        name for a, b in zip(first, second, strict=True) for name in a if a[name] != b[name]
    }
    assert differing <= set(CLOCK) == {"seconds", "images_per_second"}


def test_another_order_of_examples_gives_another_result() -> None:
    nets = [network(4) for _ in range(2)]
    metrics = [list(training(net, seed=seed)) for seed, net in enumerate(nets)]
    assert numbers(metrics[0]) != numbers(metrics[1])


def test_the_next_epoch_starts_when_it_is_requested() -> None:
    net, whole = network(4), network(4)
    epochs = training(net)
    first = next(epochs)
    assert first.train.cost == evaluate(net, dataset().train, penalty=0).cost
    list(training(whole, epochs=1))
    assert np.array_equal(net.parameters, whole.parameters)


# Stopped


@trials(25)
@given(data=st.data())
@pytest.mark.parametrize("batch_size", [1, 5])
@pytest.mark.parametrize(("optimizer", "l2"), [(SGD(0.5), 4.0), (ADAM, 0.0)], ids=["sgd", "adam"])
def test_a_stopped_training_continues_to_the_same_bits(
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
    state = progress(stopped, optimizer)
    metrics: list[EpochMetrics] = []
    while stops or state.epochs < 3:
        metrics.extend(training(stopped, progress=state, stop=stop, **options))
        assert divmod(taken, in_epoch) == (state.epochs, state.batches)
    assert numbers(metrics) == numbers(list(training(whole, **options)))
    assert stopped.parameters.tobytes() == whole.parameters.tobytes()


def test_a_stop_during_the_last_mini_batch_of_an_epoch_completes_the_epoch() -> None:
    answers = iter([False] * 5 + [True])
    (metrics,) = training(network(), stop=lambda: next(answers))
    assert metrics.epoch == 1


def test_the_seconds_of_an_epoch_include_those_before_a_stop() -> None:
    net, optimizer = network(), SGD(0.5)
    answers = iter([False, True] + [False] * 4)
    state = progress(net, optimizer)
    options = {"optimizer": optimizer, "progress": state, "stop": lambda: next(answers)}
    assert list(training(net, epochs=1, **options)) == []
    state.seconds += 1000
    (metrics,) = training(net, epochs=1, **options)
    assert 1000 < metrics.seconds < 2000


# Formulas


@pytest.mark.parametrize("l2", [0.0, 4.0])
@pytest.mark.parametrize("batch_size", [1, 5, N, N + 7])
def test_every_step_and_metric_equals_the_formula(l2: float, batch_size: int) -> None:
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
            assert measured.loss == pytest.approx(hand.loss(examples), rel=1e-12)
            assert measured.accuracy == hand.accuracy(examples)
        assert metrics.weight_norms == pytest.approx([np.linalg.norm(hand.w)], rel=1e-12)
        every = hand.norms[::NORM_EVERY]
        assert metrics.minibatch_gradient_norm == pytest.approx(sum(every) / len(every), rel=1e-12)
        assert metrics.images_per_second == pytest.approx(N / metrics.seconds)


def test_the_penalty_has_the_number_of_training_examples_on_every_split() -> None:
    net, l2 = network(), 4.0
    hand = ByHand(net, l2=l2)
    for examples in (dataset().train, dataset().validation, dataset().test):
        measured = evaluate(net, examples, penalty=l2 / (2 * N))
        assert measured.cost == pytest.approx(hand.cost(examples), rel=1e-12)
        assert measured.loss == pytest.approx(hand.loss(examples), rel=1e-12)
        assert measured.cost > measured.loss == evaluate(net, examples, penalty=0).cost


def test_only_weights_decay() -> None:
    """With images of zeros, the gradient of the weights is the decay; the biases have their own."""
    black = Split(np.zeros((N, FEATURES)), dataset().train.labels, dataset().train.targets)
    data = Dataset(black, black, black, "")
    decayed, other, start = network(), network(), network()
    list(training(decayed, data, l2=4.0, epochs=1, batch_size=N))
    list(training(other, data, l2=0.0, epochs=1, batch_size=N))
    np.testing.assert_allclose(decayed.weights[0], (1 - 0.5 * 4 / N) * start.weights[0], rtol=1e-14)
    assert np.array_equal(other.weights[0], start.weights[0])
    assert np.array_equal(decayed.biases[0], other.biases[0])
    assert not np.array_equal(decayed.biases[0], start.biases[0])


def test_weight_norms_are_of_each_layer() -> None:
    net = network(5, 4)
    (metrics,) = training(net, epochs=1)
    expected = [np.linalg.norm(w) for w in net.weights]
    assert metrics.weight_norms == pytest.approx(expected, rel=1e-14)


# Schedules


def test_each_epoch_has_the_learning_rate_of_the_schedule() -> None:
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
class RecordingSchedule(Schedule):
    """A constant schedule that keeps the arguments of each call."""

    calls: list[tuple[int, list[float]]] = field(default_factory=list)

    def factor(self, epoch: int, accuracies: Sequence[float]) -> float:
        self.calls.append((epoch, list(accuracies)))
        return 1.0


def test_a_schedule_gets_the_validation_accuracies_of_earlier_epochs() -> None:
    schedule = RecordingSchedule()
    metrics = list(training(network(), schedule=schedule, epochs=4))
    accuracies = [each.validation.accuracy for each in metrics]
    assert accuracies != [each.train.accuracy for each in metrics]
    assert schedule.calls == [(epoch, accuracies[: epoch - 1]) for epoch in (1, 2, 3, 4)]


def test_a_plateau_halves_the_rate() -> None:
    still = training(network(), optimizer=SGD(1e-12), schedule=HalveOnPlateau(patience=2), epochs=6)
    rates = [each.learning_rate / 1e-12 for each in still]
    assert rates == pytest.approx([1, 1, 1, 0.5, 0.5, 0.25])


@pytest.mark.parametrize(
    ("schedule", "epochs"),
    [(StopOnPlateau(patience=3), 4), (HalveOnPlateau(patience=2, smallest=0.5), 5)],
)
def test_a_schedule_ends_the_training(schedule: Schedule, epochs: int) -> None:
    """The weights hardly change, so the first epoch stays the best."""
    net, optimizer = network(), SGD(1e-12)
    state = progress(net, optimizer)
    options = {"optimizer": optimizer, "schedule": schedule, "epochs": 20, "progress": state}
    assert len(list(training(net, **options))) == epochs == state.epochs
    before = net.parameters.tobytes()
    assert list(training(net, **{**options, "epochs": 40})) == []
    assert net.parameters.tobytes() == before


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
def test_every_yielded_metric_is_finite(rate: float, loss: Loss, activation: Activation) -> None:
    """The cost of a saturated network may be finite although the squares of the weights are not."""
    net = network(5, activation=activation, loss=loss, dtype=np.float32)
    metrics: list[EpochMetrics] = []
    with suppress(DivergenceError):
        metrics.extend(training(net, dataset(np.float32), optimizer=SGD(rate)))
    assert all(math.isfinite(value) for each in metrics for value in each.by_name().values())
