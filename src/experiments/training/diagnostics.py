"""Diagnose slow learning: the output error with its factors, saturated and dead neurons."""

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
      for many examples, and learns from the others.
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
    return found


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
