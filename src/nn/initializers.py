"""Random initial weights and biases.

The layers draw their weights ``W [n_in, n_out]`` and biases ``b [n_out]`` one after the other from
the same generator, so each layer has different random numbers.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from nn.arrays import Array


@dataclass(frozen=True)
class Initializer(ABC):
    """Draws the initial weights. The biases are N(0, bias_std^2), so zero for ``bias_std = 0``.

    Raise ValueError if ``bias_std`` is negative or not finite.
    """

    bias_std: float

    def __post_init__(self) -> None:
        if not 0 <= self.bias_std < math.inf:
            raise ValueError(f"bias_std must be zero or positive, not {self.bias_std}")

    @abstractmethod
    def weights(self, n_in: int, n_out: int, *, rng: np.random.Generator) -> Array:
        """Return float64 weights [n_in, n_out]."""

    def biases(self, n_out: int, *, rng: np.random.Generator) -> Array:
        """Return float64 biases [n_out]."""
        return self.bias_std * rng.standard_normal(n_out)


@dataclass(frozen=True)
class StandardNormal(Initializer):
    """N(0, 1) for every size of layer (Nielsen, ch. 1): it saturates wide layers."""

    def weights(self, n_in: int, n_out: int, *, rng: np.random.Generator) -> Array:
        return rng.standard_normal((n_in, n_out))


@dataclass(frozen=True)
class LeCunNormal(Initializer):
    """N(0, 1/n_in) (LeCun et al., *Efficient BackProp*, 1998, eq. 16; Nielsen, ch. 3)."""

    def weights(self, n_in: int, n_out: int, *, rng: np.random.Generator) -> Array:
        return rng.standard_normal((n_in, n_out)) * math.sqrt(1 / n_in)


@dataclass(frozen=True)
class GlorotNormal(Initializer):
    """N(0, 2/(n_in + n_out)) (Glorot and Bengio 2010, eq. 12)."""

    def weights(self, n_in: int, n_out: int, *, rng: np.random.Generator) -> Array:
        return rng.standard_normal((n_in, n_out)) * math.sqrt(2 / (n_in + n_out))


@dataclass(frozen=True)
class GlorotUniform(Initializer):
    """U(-r, r) with ``r = sqrt(6/(n_in + n_out))`` (Glorot and Bengio 2010, eq. 16)."""

    def weights(self, n_in: int, n_out: int, *, rng: np.random.Generator) -> Array:
        limit = math.sqrt(6 / (n_in + n_out))
        return rng.uniform(-limit, limit, (n_in, n_out))


@dataclass(frozen=True)
class HeNormal(Initializer):
    """N(0, 2/n_in), for rectifiers (He et al. 2015, eq. 10)."""

    def weights(self, n_in: int, n_out: int, *, rng: np.random.Generator) -> Array:
        return rng.standard_normal((n_in, n_out)) * math.sqrt(2 / n_in)
