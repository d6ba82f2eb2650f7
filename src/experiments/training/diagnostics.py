"""Diagnose slow learning: the output error with its factors, and the saturated neurons."""

import numpy as np

from experiments.examples import Split
from nn import Network
from nn.arrays import Array

SAMPLE = 1000
"""The number of examples that are used: enough for three digits, and less than 1 % of an epoch."""
SATURATED = 0.05
"""A neuron is saturated for an example if its slope is below this share of the largest slope."""


def diagnose(network: Network, split: Split) -> dict[str, float]:
    """Return means over the first `SAMPLE` examples of ``split``.

    - `output/error`: ``|a - y|``, the error of the outputs,
    - `output/slope`: ``a (1 - a)``, which is ``sigma'(z)`` for sigmoid outputs,
    - `output/delta`: ``|dC/dz|``, the output error of backpropagation. For the quadratic cost it is
      the product of the first two, for cross-entropy it equals the first (Nielsen, ch. 2, eq. BP1;
      ch. 3, eq. 61 and 66),
    - `saturated/1` and so on: the fraction of each layer's neurons whose slope is nearly zero. The
      last layer is the output layer.
    """
    images, targets = split.images[:SAMPLE], split.targets[:SAMPLE]
    *hidden, logits = network.activations(images)
    outputs, delta = network.loss.activations(logits), np.empty_like(logits)
    network.loss.gradient(logits, targets, delta)
    slope = outputs * (1 - outputs)
    found = {
        "output/error": float(np.mean(np.abs(outputs - targets))),
        "output/slope": float(np.mean(slope)),
        "output/delta": float(np.mean(np.abs(delta))) * len(images),  # the cost is a mean
    }
    slopes = [_slope(network, layer) for layer in hidden]
    for number, each in enumerate([*slopes, slope / 0.25], 1):
        found[f"saturated/{number}"] = float(np.mean(np.abs(each) < SATURATED))
    return found


def _slope(network: Network, activations: Array) -> Array:
    """Return ``f'(z)`` of a hidden layer, divided by the largest slope.

    The largest slope is the larger one of ``f'(0)`` and ``f'(1)``: the slope of a sigmoid function
    is largest at 0, and the slope of a rectifier is constant above 0.
    """
    largest, points = np.ones(2, activations.dtype), np.array([0, 1], activations.dtype)
    slope = np.ones_like(activations)
    network.activation.apply(points)
    network.activation.multiply_by_derivative(largest, points, np.empty_like(points))
    network.activation.multiply_by_derivative(slope, activations, np.empty_like(activations))
    return slope / np.max(largest)
