"""The same network in JAX: its forward pass, its cost, and the gradient by automatic derivation."""

import importlib.util
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nn import (
    Activation,
    CrossEntropyCost,
    Identity,
    LeakyReLU,
    Loss,
    Network,
    Output,
    QuadraticCost,
    ReLU,
    Sigmoid,
    Tanh,
)
from nn.arrays import Array

if TYPE_CHECKING:
    import jax


def installed() -> bool:
    """Return whether JAX is installed."""
    return importlib.util.find_spec("jax") is not None


def knows(activation: Activation, loss: Loss) -> bool:
    """Return whether the formulas here have the activation and the cost."""
    known = (Identity, Sigmoid, Tanh, ReLU, LeakyReLU)
    return type(activation) in known and type(loss) in (QuadraticCost, CrossEntropyCost)


@dataclass(frozen=True)
class Computed:
    """Output activations ``[n, k]``, the mean cost, and its gradient ``[p]``."""

    outputs: Array
    cost: float
    gradient: Array


def compute(network: Network, images: Array, targets: Array, *, penalty: float = 0.0) -> Computed:
    """Compute a network with JAX in double precision. It is not compiled, which takes longer.

    ``penalty`` times the sum of squared weights is a part of the cost.
    """
    import jax

    with jax.enable_x64(True), jax.disable_jit():
        parameters = jax.numpy.asarray(network.parameters)
        x, y = jax.numpy.asarray(images), jax.numpy.asarray(targets)

        def cost(vector: "jax.Array") -> tuple["jax.Array", "jax.Array"]:
            z = _logits(vector, x, network)
            decay = penalty * (vector[: network.n_weights] ** 2).sum()
            return _costs(network.loss, z, y).mean() + decay, _outputs(network.loss, z)

        (value, outputs), gradient = jax.value_and_grad(cost, has_aux=True)(parameters)
        return Computed(np.asarray(outputs), float(value), np.asarray(gradient))


def _logits(vector: "jax.Array", a: "jax.Array", network: Network) -> "jax.Array":
    """Return the logits, given all weights and then all biases in one vector."""
    function, sizes = _activation(network.activation), network.sizes
    weight, bias = 0, sum(m * n for m, n in itertools.pairwise(sizes))
    for layer, (m, n) in enumerate(itertools.pairwise(sizes), 2):
        w = vector[weight : weight + m * n].reshape(m, n)
        z = a @ w + vector[bias : bias + n]
        weight, bias = weight + m * n, bias + n
        a = z if layer == len(sizes) else function(z)
    return a


def _activation(activation: Activation) -> "Callable[[Any], Any]":
    import jax

    if isinstance(activation, LeakyReLU):
        return lambda z: jax.nn.leaky_relu(z, activation.slope)
    functions: dict[type, Callable[[Any], Any]] = {
        Identity: lambda z: z,
        Sigmoid: jax.nn.sigmoid,
        Tanh: jax.numpy.tanh,
        ReLU: jax.nn.relu,
    }
    return functions[type(activation)]


def _outputs(loss: Loss, z: "jax.Array") -> "jax.Array":
    import jax

    return jax.nn.sigmoid(z) if loss.output is Output.sigmoid else jax.nn.softmax(z)


def _costs(loss: Loss, z: "jax.Array", y: "jax.Array") -> "jax.Array":
    """Return the cost of each example."""
    import jax

    if isinstance(loss, QuadraticCost):
        return ((y - _outputs(loss, z)) ** 2).sum(axis=1) / 2
    if loss.output is Output.sigmoid:
        log_a, log_rest = jax.nn.log_sigmoid(z), jax.nn.log_sigmoid(-z)
        return -(y * log_a + (1 - y) * log_rest).sum(axis=1)
    return -(y * jax.nn.log_softmax(z)).sum(axis=1)
