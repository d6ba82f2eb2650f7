"""Activation functions of the hidden layers, applied elementwise and in place.

Every derivative here is a function of the activation, ``f'(z) = g(f(z))``. So a layer keeps only
its activations ``a = f(z)``, which overwrite the weighted inputs ``z``.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from nn.arrays import Array


class Activation(ABC):
    """An elementwise function ``a = f(z)`` and its derivative."""

    @abstractmethod
    def apply(self, z: Array) -> None:
        """Overwrite the weighted inputs ``z`` (any shape) with the activations ``f(z)``."""

    @abstractmethod
    def multiply_by_derivative(self, delta: Array, a: Array, scratch: Array) -> None:
        """Multiply ``delta`` by ``f'(z)``, given ``a = f(z)``; all three of the same shape.

        This is the elementwise product of backpropagation, ``delta = (delta W^T) * f'(z)``
        (Nielsen, *Neural Networks and Deep Learning*, ch. 2, BP2). ``scratch`` is overwritten.
        """


@dataclass(frozen=True)
class Sigmoid(Activation):
    """``f(z) = 1 / (1 + e^-z) = (1 + tanh(z/2)) / 2``; the second form never overflows."""

    def apply(self, z: Array) -> None:
        np.multiply(z, 0.5, z)
        np.tanh(z, z)
        np.multiply(z, 0.5, z)
        np.add(z, 0.5, z)

    def multiply_by_derivative(self, delta: Array, a: Array, scratch: Array) -> None:
        np.subtract(1, a, scratch)
        np.multiply(scratch, a, scratch)
        np.multiply(delta, scratch, delta)


@dataclass(frozen=True)
class Tanh(Activation):
    """``f(z) = tanh(z)``, ``f'(z) = 1 - f(z)^2``."""

    def apply(self, z: Array) -> None:
        np.tanh(z, z)

    def multiply_by_derivative(self, delta: Array, a: Array, scratch: Array) -> None:
        np.multiply(a, a, scratch)
        np.subtract(1, scratch, scratch)
        np.multiply(delta, scratch, delta)


@dataclass(frozen=True)
class ReLU(Activation):
    """``f(z) = max(0, z)``, with ``f'(0) = 0`` as in TensorFlow and PyTorch."""

    def apply(self, z: Array) -> None:
        np.maximum(z, 0, out=z)

    def multiply_by_derivative(self, delta: Array, a: Array, scratch: Array) -> None:
        np.sign(a, scratch)
        np.multiply(delta, scratch, delta)


@dataclass(frozen=True)
class LeakyReLU(Activation):
    """``f(z) = max(z, slope z)``, with ``f'(0) = slope`` (Maas et al. 2013, eq. 2).

    Raise ValueError unless 0 < slope < 1, where ``a`` has the sign of ``z``.
    """

    slope: float

    def __post_init__(self) -> None:
        if not 0 < self.slope < 1:
            raise ValueError(f"slope must be above 0 and below 1, not {self.slope}")

    def apply(self, z: Array) -> None:
        np.maximum(z, self.slope * z, out=z)

    def multiply_by_derivative(self, delta: Array, a: Array, scratch: Array) -> None:
        np.multiply(delta, self.slope, delta, where=a <= 0)


@dataclass(frozen=True)
class Identity(Activation):
    """``f(z) = z``: the network collapses to one affine map."""

    def apply(self, z: Array) -> None:
        pass

    def multiply_by_derivative(self, delta: Array, a: Array, scratch: Array) -> None:
        pass
