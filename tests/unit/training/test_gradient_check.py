"""The gradient check before a training: a right gradient always passes, a wrong one never."""

import itertools
import math
from dataclasses import dataclass
from typing import Any

import networks
import numpy as np
import pytest
from composing import composed_config
from hypothesis import given
from hypothesis import strategies as st
from networks import ACTIVATIONS, LOSSES
from properties import trials

from experiments.configuration import build
from experiments.examples import Split
from experiments.training import check_gradient, evaluate, leave_kinks
from experiments.training.gradient_check import EXAMPLES, TOLERANCE
from nn import (
    Activation,
    CrossEntropyCost,
    Initializer,
    LeCunNormal,
    Loss,
    Network,
    Output,
    QuadraticCost,
    ReLU,
    Sigmoid,
    Tanh,
)

SIZES = (12, 9, 8, 4)
INITIALIZERS: list[Initializer] = networks.configured("initializer")
CROSS_ENTROPY = CrossEntropyCost(Output.softmax)
EVERY_ACTIVATION = pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
EVERY_LOSS = pytest.mark.parametrize("loss", LOSSES, ids=lambda x: f"{type(x).__name__} {x.output}")


def examples(n: int = 20, *, seed: int = 0, sizes: tuple[int, ...] = SIZES) -> Split:
    """Return random images, many of whose pixels are zero, as those of digits are."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, sizes[-1], n)
    images = rng.random((n, sizes[0])) * (rng.random((n, sizes[0])) < 0.3)
    return Split(images, labels, np.eye(sizes[-1])[labels])


def errors(
    net: Network, split: Split | None = None, *, l2: float = 0.0, seed: int = 0
) -> list[float]:
    return list(check_gradient(net, split or examples(), l2=l2, seed=seed).errors)


@EVERY_LOSS
@EVERY_ACTIVATION
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_right_gradient_passes(activation: Activation, loss: Loss, dtype: type) -> None:
    found = []
    for initializer, seed in itertools.product(INITIALIZERS, range(4)):
        net = networks.network(
            SIZES, activation=activation, loss=loss, initializer=initializer, seed=seed, dtype=dtype
        )
        found += errors(net, seed=seed, l2=[0.0, 5.0][seed % 2])
    assert len(found) == 4 * 3 * len(INITIALIZERS)
    assert max(found) <= TOLERANCE
    assert np.median(found) < TOLERANCE / 1000


@trials(150)
@given(st.data())
def test_no_right_gradient_fails(data: st.DataObject) -> None:
    """For all layers, down to a single neuron, and for saturated, dead and huge networks."""
    sizes = tuple(data.draw(st.lists(st.integers(1, 12), min_size=2, max_size=6)))
    initializer = data.draw(st.sampled_from([type(each) for each in INITIALIZERS]))
    seed = data.draw(st.integers(0, 2**32))
    net = networks.network(
        sizes,
        activation=data.draw(st.sampled_from(ACTIVATIONS)),
        loss=data.draw(st.sampled_from(LOSSES)),
        initializer=initializer(data.draw(st.sampled_from([0.0, 1e-6, 1.0, 100.0]))),
        seed=seed,
    )
    net.parameters *= data.draw(st.floats(0, 100))
    split = examples(data.draw(st.integers(1, 40)), seed=seed, sizes=sizes)
    l2 = data.draw(st.sampled_from([0.0, 1e-3, 1.0, 1e4]))
    assert max(errors(net, split, l2=l2, seed=seed)) <= TOLERANCE


@pytest.mark.stress
@pytest.mark.parametrize(
    "sizes",
    [(784, 30, 10), (784, 20, 10, 10), (784, 128, 64, 10), (784, 32, 32, 10), (784, 800, 10)],
    ids=str,
)
def test_no_right_network_of_digits_fails(sizes: tuple[int, ...], mnist: Split) -> None:
    """Every activation, cost, output and initialiser, with many seeds, on images of digits."""
    options = itertools.product(ACTIVATIONS, LOSSES, INITIALIZERS, [np.float32, np.float64])
    for seed, (activation, loss, initializer, dtype) in enumerate(options):
        for each in range(1 if sizes[1] > 100 else 5):
            net = networks.network(
                sizes,
                activation=activation,
                loss=loss,
                initializer=initializer,
                seed=1000 * each + seed,
                dtype=dtype,
            )
            assert max(errors(net, mnist, l2=seed % 2, seed=seed)) <= TOLERANCE


@pytest.fixture(scope="module")
def mnist() -> Split:
    experiment = build(composed_config(["dataset.train_size=100"]))
    return experiment.dataset.load("float64").train


def test_a_rectifier_that_is_at_its_kink_passes() -> None:
    """The images are black and the biases zero: every neuron of each layer is at its kink."""
    black = examples()
    black.images[:] = 0
    for seed in range(50):
        net = networks.network(SIZES, activation=ReLU(), initializer=LeCunNormal(0.0), seed=seed)
        assert max(errors(net, black, seed=seed)) <= TOLERANCE


@pytest.mark.parametrize("logit", [10, 20, 40, 1000])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda x: f"{type(x).__name__} {x.output}")
def test_an_output_that_nearly_equals_its_target_passes(loss: Loss, logit: float) -> None:
    """The gradient of -log(1 - 1e-17) is 1e-17, but 1 - 1e-17 is 1 in double precision."""
    net = networks.network((1, 2), loss=loss)
    net.weights[0][:], net.biases[0][:] = 0, [logit, -logit]
    split = Split(np.zeros((1, 1)), np.zeros(1, int), np.array([[1.0, 0.0]]))
    for seed in range(10):
        assert max(errors(net, split, seed=seed)) <= TOLERANCE


@dataclass(frozen=True)
class Wrong(Activation):
    """An activation of which the derivative is wrong by a factor."""

    right: Activation
    factor: float

    def apply(self, z: Any) -> None:
        self.right.apply(z)

    def multiply_by_derivative(self, delta: Any, a: Any, scratch: Any) -> None:
        self.right.multiply_by_derivative(delta, a, scratch)
        np.multiply(delta, self.factor, delta)


@EVERY_ACTIVATION
@pytest.mark.parametrize("factor", [1.001, 0.5, 2.0, -1.0, 0.0, np.nan])
def test_a_wrong_derivative_is_found_in_the_layers_that_it_reaches(
    activation: Activation, factor: float
) -> None:
    for seed in range(5):
        net = networks.network(SIZES, activation=Wrong(activation, factor), seed=seed)
        first, second, last = errors(net, seed=seed)
        assert last < TOLERANCE
        if math.isnan(factor):
            assert (first, second) == (2, 2)
        else:  # the first layer is behind two slopes: -1 times -1 is right
            expected = [abs(1 - f) / max(1, abs(f)) for f in (factor**2, factor)]
            assert [first, second] == pytest.approx(expected, rel=1e-3, abs=TOLERANCE)


class WrongCost(QuadraticCost):
    """A cost whose gradient lacks the derivative of the outputs."""

    def gradient(self, logits: Any, targets: Any, out: Any) -> None:
        np.subtract(self.activations(logits), targets, out)
        np.multiply(out, 1 / len(logits), out)


def test_a_wrong_gradient_of_the_cost_is_found_in_every_layer() -> None:
    net = networks.network(SIZES, loss=WrongCost(Output.sigmoid))
    assert min(errors(net)) > 1e-3


class OneWrong(Network):
    """A network with one wrong component in its gradient, that of a weight."""

    def backward(self, inputs: Any, targets: Any) -> None:
        super().backward(inputs, targets)
        largest = np.argmax(np.abs(self.weight_gradients[0]))
        self.weight_gradients[0].ravel()[largest] *= 0.9


def test_one_wrong_component_of_a_hundred_thousand_is_found() -> None:
    sizes = (784, 128, 4)
    net = OneWrong(
        sizes,
        activation=Tanh(),
        loss=CROSS_ENTROPY,
        initializer=LeCunNormal(0.0),
        rng=np.random.default_rng(0),
        dtype=np.float64,
    )
    first, second = errors(net, examples(sizes=sizes))
    assert second < TOLERANCE < first


@pytest.mark.parametrize("l2", [0.0, 1.0])
def test_the_penalty_is_checked_too(l2: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its part in the cost, its part in the gradient is wrong."""
    net = networks.network(SIZES)
    monkeypatch.setattr(
        "experiments.training.gradient_check.evaluate",
        lambda network, split, penalty: evaluate(network, split, penalty=0.0),
    )
    assert (max(errors(net, l2=l2)) > TOLERANCE) == (l2 > 0)


def test_the_network_and_the_examples_stay_as_they_are() -> None:
    net, split = networks.network(SIZES, dtype=np.float32), examples()
    net.backward(split.images, split.targets)
    arrays = (net.parameters, net.gradient, split.images, split.labels, split.targets)
    before = [each.tobytes() for each in arrays]
    check_gradient(net, split, l2=1.0, seed=0)
    assert [each.tobytes() for each in arrays] == before


def test_only_the_first_examples_are_used() -> None:
    net, split = networks.network(SIZES), examples(EXAMPLES + 5)
    expected = check_gradient(net, split, l2=0.0, seed=0)
    assert expected.examples == EXAMPLES
    split.images[EXAMPLES:] = np.nan
    assert check_gradient(net, split, l2=0.0, seed=0) == expected
    assert check_gradient(net, examples(3), l2=0.0, seed=0).examples == 3


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_network_that_has_diverged_already_is_not_checked(value: float) -> None:
    net = networks.network(SIZES, activation=Sigmoid())
    net.weights[-1][0] = value
    assert errors(net) == []


def test_no_weighted_input_of_the_examples_is_left_near_a_kink() -> None:
    split = examples(EXAMPLES, sizes=(12, 500, 4))
    for seed in range(20):
        net = networks.network((12, 500, 4), activation=ReLU(), seed=seed, dtype=np.float64)
        leave_kinks(net, split.images, np.random.default_rng(seed))
        inputs = split.images @ net.weights[0] + net.biases[0]
        assert np.min(np.abs(inputs)) > 1e-4
