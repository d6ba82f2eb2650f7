"""Derivatives by finite differences: which, how exact, and beside the kinks of rectifiers."""

from collections.abc import Callable

import numpy as np
import pytest
from networks import ACTIVATIONS, batch, network

from experiments.verifying.finite_differences import EVERY, SAMPLE, differences, sample
from nn import Activation, Network, ReLU

SIZES = (6, 5, 4)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def cost_of(net: Network, images: np.ndarray, targets: np.ndarray) -> Callable[[], float]:
    return lambda: net.loss.value(net.forward(images), targets)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_every_derivative_of_a_small_layer(activation: Activation) -> None:
    net, (images, targets) = network(SIZES, activation=activation), batch(SIZES, 5)
    net.backward(images, targets)
    before = net.parameters.tobytes()
    for place, gradient in zip(net.weights, net.weight_gradients, strict=True):
        found = differences(cost_of(net, images, targets), place, gradient, rng=rng())
        assert found.indices.tolist() == list(range(place.size))
        expected = pytest.approx(gradient.ravel(), abs=1e-9)
        assert found.values == expected
        assert 0 < found.rounding < 1e-7
    assert net.parameters.tobytes() == before


def test_a_kink_inside_of_the_first_step_is_left_outside_of_the_next() -> None:
    net, (images, targets) = network(SIZES, activation=ReLU()), batch(SIZES, 1)
    z = images @ net.weights[0]
    net.biases[0][:] = 4e-6 - z[0]  # each weighted input is 4e-6, and a step is 1e-5
    net.backward(images, targets)
    gradient = net.bias_gradients[0].copy()
    assert gradient.all()
    found = differences(cost_of(net, images, targets), net.biases[0], gradient, rng=rng())
    assert found.values == pytest.approx(gradient, rel=1e-6)


def test_a_wrong_derivative_is_not_found_to_be_right() -> None:
    net, (images, targets) = network(SIZES), batch(SIZES, 5)
    net.backward(images, targets)
    right = net.bias_gradients[0].copy()
    found = differences(cost_of(net, images, targets), net.biases[0], 1.001 * right, rng=rng())
    assert found.values == pytest.approx(right, rel=1e-6)


def test_of_a_large_layer_mostly_the_weights_that_are_used_are_checked() -> None:
    gradient = np.zeros(10 * EVERY)
    used = rng().permutation(len(gradient))[:EVERY]
    gradient[used] = 1
    indices = sample(gradient, rng())
    assert len(indices) == len({*indices}) == SAMPLE
    assert sorted(indices) == indices.tolist()
    assert np.count_nonzero(gradient[indices]) == 0.9 * SAMPLE
    assert sample(gradient, rng()).tolist() == indices.tolist()
    assert sample(gradient, np.random.default_rng(1)).tolist() != indices.tolist()


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_large_layer_of_one_kind_is_sampled(value: float) -> None:
    indices = sample(np.full(EVERY + 1, value), rng())
    assert len(indices) == (SAMPLE if value else SAMPLE // 10)
