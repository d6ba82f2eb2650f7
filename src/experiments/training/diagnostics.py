"""What shows why a network learns slowly: its output error, taken apart, and saturated neurons."""

import numpy as np

from experiments.data.dataset import Split
from nn import Network
from nn.arrays import Array

SAMPLE = 1000
"""Examples that are looked at: enough for three digits, and less than 1 % of an epoch."""
SATURATED = 0.05
"""A neuron is saturated for an example where its slope is below this share of the largest."""


def diagnose(network: Network, split: Split) -> dict[str, float]:
    """Return what is known of the first examples of ``split``, as means over these.

    - `output/error`: ``|a - y|``, how wrong the outputs are,
    - `output/slope`: ``a (1 - a)``, which is ``sigma'(z)`` for sigmoid outputs,
    - `output/delta`: ``|dC/dz|``, the error that backpropagation starts from. The quadratic cost's
      is the product of the first two, that of cross-entropy the first alone (Nielsen, ch. 2, eq.
      BP1; ch. 3, eq. 61 and 66),
    - `saturated/1` and so on: the fraction of each layer's neurons with a slope that is nearly
      zero; the last is the output layer.
    """
    images, targets = split.images[:SAMPLE], split.targets[:SAMPLE]
    *hidden, logits = network.activations(images)
    outputs, delta = network.loss.activations(logits), np.empty_like(logits)
    network.loss.gradient(logits, targets, delta)
    slope = outputs * (1 - outputs)
    found = {
        "output/error": float(np.mean(np.abs(outputs - targets))),
        "output/slope": float(np.mean(slope)),
        "output/delta": float(np.mean(np.abs(delta))) * len(images),  # it is a mean's gradient
    }
    slopes = [_slope(network, layer) for layer in hidden]
    for number, each in enumerate([*slopes, slope / 0.25], 1):
        found[f"saturated/{number}"] = float(np.mean(np.abs(each) < SATURATED))
    return found


def _slope(network: Network, activations: Array) -> Array:
    """Return ``f'(z)`` of a hidden layer, as a share of the largest: that at zero or above."""
    largest, points = np.ones(2, activations.dtype), np.array([0, 1], activations.dtype)
    slope = np.ones_like(activations)
    network.activation.apply(points)
    network.activation.multiply_by_derivative(largest, points, np.empty_like(points))
    network.activation.multiply_by_derivative(slope, activations, np.empty_like(activations))
    return slope / np.max(largest)
