"""Diagnose slow learning: the errors of all layers, saturated and dead neurons."""

from collections.abc import Iterator, Sequence

import numpy as np

from experiments.examples import Split
from nn import Activation, Network
from nn.arrays import Array

SAMPLE = 1000
"""The number of examples that are used: enough for three digits, and less than 1 % of an epoch."""
FAR = 100.0
"""A weighted input far above zero, where the slope of a sigmoid function is zero."""
SATURATED = 0.05
"""A neuron is saturated for an example if its slope is below this share of the largest slope."""

ERROR_NORM = "error_norm/"
"""The beginning of the names of the metrics that have a layer's error."""


def diagnose(network: Network, split: Split) -> dict[str, float]:
    """Return means over the first `SAMPLE` examples of ``split``.

    - `output/error`: ``|a - y|``, the error of the outputs,
    - `output/slope`: ``a (1 - a)``, which is ``sigma'(z)`` for sigmoid outputs,
    - `output/delta`: ``|dC/dz|``, the output error of backpropagation. For the quadratic cost it is
      the product of the first two, for cross-entropy it equals the first (Nielsen, ch. 2, eq. BP1;
      ch. 3, eq. 61 and 66),
    - `output/saturated_and_wrong`: the fraction of outputs whose slope is nearly zero although
      their error is above 1/2. Right outputs are saturated, too, but have nothing to learn,
    - `saturated/1` and so on: the fraction of neurons of each hidden layer whose slope is nearly
      zero, if the activation function is bounded above, as sigmoid and tanh are,
    - `dead/1` and so on: for rectifiers instead, the fraction of neurons whose slope is nearly zero
      for every example. A rectifier is not saturated where its slope is zero: it is made to be zero
      for many examples, and learns from the others,
    - `error_norm/1` and so on, from the first hidden layer to the output: the Euclidean norm of the
      mean error ``delta^l``, which is ``dC/db^l`` on these examples. It says how fast the layer
      learns (Nielsen, ch. 5).
    """
    images, targets = split.images[:SAMPLE], split.targets[:SAMPLE]
    *hidden, logits = network.activations(images)
    outputs, delta = network.loss.activations(logits), np.empty_like(logits)
    network.loss.gradient(logits, targets, delta)
    error, slope = np.abs(outputs - targets), outputs * (1 - outputs)
    saturated = slope < SATURATED * 0.25
    found = {
        "output/error": float(np.mean(error)),
        "output/slope": float(np.mean(slope)),
        "output/delta": float(np.mean(np.abs(delta))) * len(images),  # the cost is a mean
        "output/saturated_and_wrong": float(np.mean(saturated & (error > 0.5))),
    }
    for number, layer in enumerate(hidden, 1):
        name, share = _flat(network.activation, layer)
        found[f"{name}/{number}"] = share
    for number, error_norm in enumerate(error_norms(network, hidden, delta), 1):
        found[f"{ERROR_NORM}{number}"] = error_norm
    return found


def error_norms(network: Network, hidden: Sequence[Array], delta: Array) -> list[float]:
    """Return ``|dC/db^l|`` of each layer, given the hidden activations and the output error.

    ``hidden`` are ``[n, size]`` per layer, and ``delta [n, k]`` is ``dC/dZ`` of a mean cost, so the
    sum of its rows is ``dC/db`` (Nielsen, ch. 2, BP2 and BP3).
    """
    return [float(np.linalg.norm(each)) for each in _bias_gradients(network, hidden, delta)][::-1]


def _bias_gradients(network: Network, hidden: Sequence[Array], delta: Array) -> Iterator[Array]:
    """Yield ``dC/db`` of each layer, from the output to the first hidden layer."""
    yield np.sum(delta, axis=0, dtype=np.float64)
    layers = zip(network.weights[1:], hidden, strict=True)
    for weights, activations in reversed(list(layers)):
        delta = delta @ weights.T
        network.activation.multiply_by_derivative(delta, activations, np.empty_like(delta))
        yield np.sum(delta, axis=0, dtype=np.float64)


def _flat(activation: Activation, activations: Array) -> tuple[str, float]:
    """Return the share of a hidden layer's neurons whose slope is nearly zero, and its name.

    The largest slope is the larger one of ``f'(0)`` and ``f'(1)``: the slope of a sigmoid function
    is largest at 0, and the slope of a rectifier is constant above 0.
    """
    points = np.array([0, 1, FAR], activations.dtype)
    activation.apply(points)
    *near, far = _slope(activation, points)
    flat = np.abs(_slope(activation, activations)) < SATURATED * max(near)
    if abs(far) < SATURATED * max(near):
        return "saturated", float(np.mean(flat))
    return "dead", float(np.mean(flat.all(axis=0)))


def _slope(activation: Activation, activations: Array) -> Array:
    """Return ``f'(z)``, given ``f(z)``."""
    slope = np.ones_like(activations)
    activation.multiply_by_derivative(slope, activations, np.empty_like(activations))
    return slope
