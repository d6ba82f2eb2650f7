"""The forward pass and the cost by hand: one example, one number after the other, without NumPy.

The sums are `math.fsum`, which rounds once.
"""

import math
from collections.abc import Callable, Mapping, Sequence

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


def sigmoid(z: float) -> float:
    """Return ``1 / (1 + e^-z)``."""
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


ACTIVATIONS: Mapping[type[Activation], Callable[[float], float]] = {
    Identity: lambda z: z,
    Sigmoid: sigmoid,
    Tanh: math.tanh,
    ReLU: lambda z: max(0.0, z),
}
"""Activations of one number; `LeakyReLU` has an option."""


def knows(activation: Activation) -> bool:
    """Return whether the textbook's formula is here."""
    return type(activation) in (*ACTIVATIONS, LeakyReLU)


def activate(activation: Activation, z: float) -> float:
    """Return ``f(z)``: the textbook's formula, or for a class of the user its own ``apply``."""
    if type(activation) in ACTIVATIONS:
        return ACTIVATIONS[type(activation)](z)
    if type(activation) is LeakyReLU:
        return z if z > 0 else activation.slope * z
    number = np.array([[z]])
    activation.apply(number)
    return float(number.item())


def logits(network: Network, image: Sequence[float]) -> list[float]:
    """Return the logits of one image: ``z_j = sum_i a_i w_ij + b_j``, layer by layer."""
    a, last = list(image), len(network.weights) - 1
    for layer, (w, b) in enumerate(zip(network.weights, network.biases, strict=True)):
        columns = zip(w.T.tolist(), b.tolist(), strict=True)
        z = [math.fsum([*map(float.__mul__, a, column), bias]) for column, bias in columns]
        a = z if layer == last else [activate(network.activation, each) for each in z]
    return a


def outputs(loss: Loss, z: Sequence[float]) -> list[float]:
    """Return the output activations of one example, given its logits."""
    if loss.output is Output.sigmoid:
        return [sigmoid(each) for each in z]
    largest = max(z)
    exponentials = [math.exp(each - largest) for each in z]
    total = math.fsum(exponentials)
    return [each / total for each in exponentials]


def cost(loss: Loss, z: Sequence[float], y: Sequence[float]) -> float | None:
    """Return the cost of one example; None for a class of the user, whose formula is unknown."""
    if type(loss) is QuadraticCost:
        errors = [a - t for a, t in zip(outputs(loss, z), y, strict=True)]
        return math.fsum(each * each for each in errors) / 2
    if type(loss) is not CrossEntropyCost:
        return None
    pairs = list(zip(z, y, strict=True))
    if loss.output is Output.sigmoid:  # -ln a = ln(1 + e^-z), -ln(1 - a) = ln(1 + e^z)
        return math.fsum(t * _softplus(-each) + (1 - t) * _softplus(each) for each, t in pairs)
    largest = max(z)
    log_total = largest + math.log(math.fsum(math.exp(each - largest) for each in z))
    return math.fsum(t * (log_total - each) for each, t in pairs)


def mean_cost(
    network: Network, images: Array, targets: Array, *, penalty: float = 0.0
) -> float | None:
    """Return the mean cost of some examples with the penalty; None as `cost` does."""
    rows = zip(images.tolist(), targets.tolist(), strict=True)
    costs = [cost(network.loss, logits(network, image), target) for image, target in rows]
    known = [each for each in costs if each is not None]
    if len(known) < len(costs):
        return None
    return math.fsum(known) / len(costs) + penalty * sum_of_squares(network)


def sum_of_squares(network: Network) -> float:
    """Return the sum of all squared weights; biases have no penalty."""
    rows = (row for w in network.weights for row in w.tolist())
    return math.fsum(each * each for row in rows for each in row)


def _softplus(z: float) -> float:
    """Return ``ln(1 + e^z)``."""
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))
