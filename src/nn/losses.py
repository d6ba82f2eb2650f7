"""Cost functions of the logits, each with its value and its gradient.

The last layer is linear. A cost takes its logits ``Z [n, k]`` and contains the output function,
which maps the logits to the activations ``A``. The rows of the targets ``Y [n, k]`` sum to one
(one-hot). Every cost is a mean over the ``n`` examples, and only this module divides by ``n``.
Nothing is clipped: all arguments of exponentials are zero or negative, so logits of +-1000 are
exact in float32.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum

import numpy as np

from nn.arrays import Array


class Output(Enum):
    """The function from logits to output activations."""

    sigmoid = "sigmoid"
    softmax = "softmax"


@dataclass(frozen=True)
class Loss(ABC):
    """A cost ``C(Z, Y)`` with its output function ``A(Z)``.

    Raise ValueError if ``output`` is neither an `Output` nor the name of one.
    """

    output: Output

    def __post_init__(self) -> None:
        object.__setattr__(self, "output", Output(self.output))

    def activations(self, logits: Array) -> Array:
        """Return the output activations ``A [n, k]``, each in [0, 1]."""
        return (sigmoid if self.output is Output.sigmoid else softmax)(logits)

    @abstractmethod
    def value(self, logits: Array, targets: Array) -> float:
        """Return the mean cost over the examples."""

    @abstractmethod
    def gradient(self, logits: Array, targets: Array, out: Array) -> None:
        """Write ``dC/dZ [n, k]``, the output error of backpropagation, to ``out``."""


@dataclass(frozen=True)
class QuadraticCost(Loss):
    """``C = 1/(2n) sum ||y - a||^2`` (Nielsen, ch. 1, eq. 6)."""

    def value(self, logits: Array, targets: Array) -> float:
        errors = self.activations(logits) - targets
        return 0.5 * float(np.sum(errors * errors, dtype=np.float64)) / len(logits)

    def gradient(self, logits: Array, targets: Array, out: Array) -> None:
        """``(a - y) a (1 - a)`` for the sigmoid, ``a * ((a - y) - sum (a - y) a)`` for softmax.

        The second is the full Jacobian ``da_i/dz_j = a_i (delta_ij - a_j)`` times ``a - y``. Both
        are divided by ``n``.
        """
        if self.output is Output.sigmoid:
            a, derivative = sigmoid_and_derivative(logits)
            np.subtract(a, targets, out)
            np.multiply(out, derivative, out)
        else:
            a = softmax(logits)
            np.subtract(a, targets, out)
            np.subtract(out, np.sum(out * a, axis=-1, keepdims=True), out)
            np.multiply(out, a, out)
        np.multiply(out, 1 / logits.shape[-2], out)


@dataclass(frozen=True)
class CrossEntropyCost(Loss):
    """``C = -1/n sum y ln a`` for softmax, ``-1/n sum [y ln a + (1 - y) ln(1 - a)]`` for sigmoid.

    (Bishop, *Pattern Recognition and Machine Learning*, eq. 4.108; Nielsen, ch. 3, eq. 63.)
    """

    def value(self, logits: Array, targets: Array) -> float:
        if self.output is Output.sigmoid:  # -ln a = softplus(-z), -ln(1 - a) = softplus(z)
            linear = np.maximum(logits, 0) - targets * logits  # first: it cancels exactly
            terms = linear + np.log1p(np.exp(-np.abs(logits)))
        else:
            shifted = logits - np.max(logits, axis=1, keepdims=True)
            terms = targets * (np.log(np.sum(np.exp(shifted), axis=1, keepdims=True)) - shifted)
        return float(np.sum(terms, dtype=np.float64)) / len(logits)

    def gradient(self, logits: Array, targets: Array, out: Array) -> None:
        """``(a - y) / n`` for both outputs: the derivative of the output function cancels."""
        np.subtract(self.activations(logits), targets, out)
        np.multiply(out, 1 / logits.shape[-2], out)


def softmax(logits: Array) -> Array:
    """Return ``e^z_i / sum_j e^z_j`` along each row of ``logits [n, k]``."""
    exponentials = np.exp(logits - np.maximum.reduce(logits, axis=-1, keepdims=True))
    exponentials /= np.add.reduce(exponentials, axis=-1, keepdims=True)
    return exponentials


def sigmoid(logits: Array) -> Array:
    """Return ``1 / (1 + e^-z)``, to full relative precision in both tails."""
    return sigmoid_and_derivative(logits)[0]


def sigmoid_and_derivative(logits: Array) -> tuple[Array, Array]:
    """Return ``1 / (1 + e^-z)`` and ``e^-z / (1 + e^-z)^2``, both exact in both tails."""
    e = np.exp(-np.abs(logits))
    one_plus_e = 1 + e
    return np.exp(np.minimum(logits, 0)) / one_plus_e, e / np.square(one_plus_e)
