"""Backpropagation against finite differences: activation x loss x output x architecture."""

import itertools

import numpy as np
import pytest
from networks import ACTIVATIONS, LOSSES, batch, network

from nn import (
    Activation,
    CrossEntropyCost,
    GlorotUniform,
    Loss,
    Network,
    Output,
    Tanh,
)
from nn.gradcheck import directional_error

ARCHITECTURES = {
    "784-30-10": (28, 6, 4),
    "784-20-10-10": (28, 5, 4, 4),
    "784-128-64-10": (28, 16, 8, 4),
    "784-32-32-10": (28, 7, 7, 4),
    "no hidden layer": (28, 4),
    "five hidden layers": (12, 8, 7, 6, 5, 4, 3),
    "single neurons": (1, 1, 1, 1),
}
EVERY_ACTIVATION = pytest.mark.parametrize(
    "activation", ACTIVATIONS, ids=lambda activation: type(activation).__name__
)
EVERY_LOSS = pytest.mark.parametrize(
    "loss", LOSSES, ids=lambda loss: f"{type(loss).__name__}-{loss.output.name}"
)
EVERY_ARCHITECTURE = pytest.mark.parametrize("sizes", ARCHITECTURES.values(), ids=ARCHITECTURES)

KINK_DISTANCE = 1e-3
"""A step of 1e-5 along a unit vector changes no weighted input by this much."""


def away_from_kinks(
    sizes: tuple[int, ...], activation: Activation, loss: Loss
) -> tuple[Network, np.ndarray, np.ndarray]:
    """Return a network and a batch for which every hidden weighted input is far from zero."""
    for seed in range(1000):
        made = network(
            sizes, activation=activation, loss=loss, initializer=GlorotUniform(0.5), seed=seed
        )
        inputs, targets = batch(sizes, 5, seed=seed)
        a, nearest = inputs, np.inf
        for w, b in zip(made.weights[:-1], made.biases[:-1], strict=True):
            z = a @ w + b
            nearest = min(nearest, np.abs(z).min())
            activation.apply(z)
            a = z
        if nearest > KINK_DISTANCE:
            return made, inputs, targets
    raise AssertionError("every seed comes near a kink")


def errors(
    net: Network, inputs: np.ndarray, targets: np.ndarray, block: slice, *, directions: int
) -> list[float]:
    """Return the relative errors of one block of the gradient along several directions."""
    net.backward(inputs, targets)
    gradient = net.gradient[block].copy()
    rng = np.random.default_rng(0)
    return [
        directional_error(
            lambda: net.loss.value(net.logits(inputs), targets),
            net.parameters[block],
            gradient,
            rng=rng,
        )
        for _ in range(directions)
    ]


@EVERY_ARCHITECTURE
@EVERY_LOSS
@EVERY_ACTIVATION
def test_gradient_agrees_with_finite_differences(
    activation: Activation, loss: Loss, sizes: tuple[int, ...]
) -> None:
    net, inputs, targets = away_from_kinks(sizes, activation, loss)
    assert max(errors(net, inputs, targets, slice(None), directions=3)) < 1e-6


@EVERY_ARCHITECTURE
def test_each_layer_alone_agrees_with_finite_differences(sizes: tuple[int, ...]) -> None:
    """In the whole vector, larger gradients could hide the error of a small one."""
    net, inputs, targets = away_from_kinks(sizes, Tanh(), CrossEntropyCost(Output.sigmoid))
    lengths = [view.size for view in net.weights + net.biases]
    for start, length in zip(itertools.accumulate([0, *lengths[:-1]]), lengths, strict=True):
        block = slice(start, start + length)
        assert max(errors(net, inputs, targets, block, directions=2)) < 1e-6
