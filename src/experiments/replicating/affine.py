"""A network without activation functions is one affine map: compute the map, and compare."""

from dataclasses import dataclass

import numpy as np

from experiments.errors import UserError
from nn import Identity, Network
from nn.arrays import Array


@dataclass(frozen=True)
class Affine:
    """The map ``X W + b``, with ``W [in, out]`` and ``b [out]`` in float64."""

    weights: Array
    biases: Array

    def __call__(self, inputs: Array) -> Array:
        return inputs.astype(np.float64) @ self.weights + self.biases


def collapsed(network: Network) -> Affine:
    """Return the affine map of a network whose activation is the identity.

    ``(X W_1 + b_1) W_2 + b_2 = X (W_1 W_2) + (b_1 W_2 + b_2)``, and so on. Raise UserError for
    another activation.
    """
    if not isinstance(network.activation, Identity):
        raise UserError(f"{network.activation}: only networks with the identity are affine")
    weights, biases = np.eye(network.sizes[0]), np.zeros(network.sizes[0])
    for w, b in zip(network.weights, network.biases, strict=True):
        weights, biases = weights @ w, biases @ w + b
    return Affine(weights, biases)


def largest_difference(network: Network, inputs: Array) -> float:
    """Return the largest difference of the logits and of the affine map, over the largest logit."""
    logits = network.logits(inputs)
    difference = np.abs(logits - collapsed(network)(inputs)).max()
    return float(difference / np.abs(logits).max())
