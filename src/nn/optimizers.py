"""Update rules on flat vectors, in place.

An optimizer has hyperparameters only. Its memory from step to step is a `State`, which `init` makes
and every `step` gets. To save an optimizer, save its state and the parameters.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from nn.arrays import Array, zeros

FLUSH_BITS = 20
"""Moments below the smallest normal number times 2^20 are set to zero."""
FLUSH_EVERY = 128
"""Moments are checked at least every 128 steps, more often if they decay faster than 2^-20 in 128.
"""


@dataclass
class State:
    """The memory of an optimizer: the number of its steps, and its moments, each ``[p]``."""

    scratch: Array = field(repr=False)
    moments: dict[str, Array]
    steps: int = 0


@dataclass(frozen=True)
class Optimizer(ABC):
    """Gradient descent on a vector of ``p`` parameters.

    Raise ValueError if a hyperparameter is out of its range.
    """

    learning_rate: float

    MOMENTS: ClassVar[tuple[str, ...]] = ()  # the names of the vectors in the state

    def __post_init__(self) -> None:
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be positive, not {self.learning_rate}")

    def init(self, parameters: Array) -> State:
        """Return the state before the first step, with moments of zero."""
        scratch, *moments = (
            zeros(len(parameters), parameters.dtype) for _ in range(1 + len(self.MOMENTS))
        )
        return State(scratch, dict(zip(self.MOMENTS, moments, strict=True)))

    def step(self, parameters: Array, gradient: Array, state: State, learning_rate: float) -> None:
        """Update ``parameters [p]`` in place; ``learning_rate`` is the schedule's for this step.

        ``gradient [p]`` is overwritten: an update that uses it as working memory stays in the
        cache.
        """
        state.steps += 1
        self.update(parameters, gradient, state, learning_rate)

    @abstractmethod
    def update(self, parameters: Array, gradient: Array, state: State, rate: float) -> None:
        """Apply the update rule for step number ``state.steps``, counted from 1."""


@dataclass(frozen=True)
class SGD(Optimizer):
    """``theta <- theta - eta g`` (Nielsen, ch. 1, eq. 16-17)."""

    def update(self, parameters: Array, gradient: Array, state: State, rate: float) -> None:
        np.multiply(gradient, rate, gradient)
        np.subtract(parameters, gradient, parameters)


@dataclass(frozen=True)
class Momentum(Optimizer):
    """``v <- mu v + g; theta <- theta - eta v`` (Polyak 1964).

    The velocity does not contain the rate, as in most libraries. In Sutskever et al. 2013, eq. 1-2,
    it does, which is the same for a constant rate.
    """

    momentum: float

    MOMENTS: ClassVar[tuple[str, ...]] = ("velocity",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_decay("momentum", self.momentum)

    def update(self, parameters: Array, gradient: Array, state: State, rate: float) -> None:
        velocity = state.moments["velocity"]
        decay(velocity, self.momentum, state)
        np.add(velocity, gradient, velocity)
        np.multiply(velocity, rate, gradient)
        np.subtract(parameters, gradient, parameters)


@dataclass(frozen=True)
class Nesterov(Momentum):
    """``v <- mu v + g; theta <- theta - eta (g + mu v)`` (Bengio et al. 2013, eq. 7).

    The same as Sutskever et al. 2013, eq. 3-4, if ``theta`` is the point to which they look ahead.
    The velocity does not contain the rate, as in `Momentum`.
    """

    def update(self, parameters: Array, gradient: Array, state: State, rate: float) -> None:
        velocity, scratch = state.moments["velocity"], state.scratch
        decay(velocity, self.momentum, state)
        np.add(velocity, gradient, velocity)
        np.multiply(velocity, self.momentum, scratch)
        np.add(scratch, gradient, scratch)
        np.multiply(scratch, rate, scratch)
        np.subtract(parameters, scratch, parameters)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """``s <- rho s + (1 - rho) g^2; theta <- theta - eta g / (sqrt(s) + eps)``.

    (Tieleman and Hinton, *Lecture 6.5 - RMSProp*, 2012.) The second moment is kept as
    ``s / (1 - rho)``, which saves a pass over the parameters.
    """

    decay_rate: float
    epsilon: float

    MOMENTS: ClassVar[tuple[str, ...]] = ("second",)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_decay("decay_rate", self.decay_rate)
        check_epsilon(self.epsilon)

    def update(self, parameters: Array, gradient: Array, state: State, rate: float) -> None:
        second, scratch = state.moments["second"], state.scratch
        decay(second, self.decay_rate, state)
        np.multiply(gradient, gradient, scratch)
        np.add(second, scratch, second)
        unit = math.sqrt(1 - self.decay_rate)
        np.sqrt(second, scratch)
        np.add(scratch, self.epsilon / unit, scratch)
        np.divide(gradient, scratch, scratch)
        np.multiply(scratch, rate / unit, scratch)
        np.subtract(parameters, scratch, parameters)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adaptive moment estimation (Kingma and Ba 2015, algorithm 1).

    ``m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2;
    theta <- theta - eta mhat / (sqrt(vhat) + eps)`` with ``mhat = m / (1 - b1^t)`` and
    ``vhat = v / (1 - b2^t)``. The moments are kept as ``m / (1 - b1)`` and ``v / (1 - b2)``, and
    two scalars per step contain all constants. So a step needs ten passes over the parameters
    instead of fourteen.
    """

    beta1: float
    beta2: float
    epsilon: float

    MOMENTS: ClassVar[tuple[str, ...]] = ("first", "second")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_decay("beta1", self.beta1)
        check_decay("beta2", self.beta2)
        check_epsilon(self.epsilon)

    def update(self, parameters: Array, gradient: Array, state: State, rate: float) -> None:
        first, second = state.moments["first"], state.moments["second"]
        decay(first, self.beta1, state)
        np.add(first, gradient, first)
        decay(second, self.beta2, state)
        np.multiply(gradient, gradient, gradient)
        np.add(second, gradient, second)
        unit1 = (1 - self.beta1) / (1 - self.beta1**state.steps)
        unit2 = math.sqrt((1 - self.beta2) / (1 - self.beta2**state.steps))
        np.sqrt(second, gradient)
        np.add(gradient, self.epsilon / unit2, gradient)
        np.divide(first, gradient, gradient)
        np.multiply(gradient, rate * unit1 / unit2, gradient)
        np.subtract(parameters, gradient, parameters)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled decay, ``theta <- theta - eta (adam + lambda theta)``.

    (Loshchilov and Hutter 2019, algorithm 2. They multiply the decay by the schedule's factor; here
    it is multiplied by the learning rate, as in most libraries.) All parameters decay, biases too.
    """

    weight_decay: float

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.weight_decay < math.inf:
            raise ValueError(f"weight_decay must be zero or positive, not {self.weight_decay}")

    def update(self, parameters: Array, gradient: Array, state: State, rate: float) -> None:
        np.multiply(parameters, 1 - rate * self.weight_decay, parameters)
        super().update(parameters, gradient, state, rate)


def decay(moment: Array, rate: float, state: State) -> None:
    """Multiply ``moment`` by ``rate`` without leaving denormal numbers in it.

    The pixels at the border of a digit are black in almost every image. The gradients of their
    weights are zero for thousands of steps, and the moments decay to denormal numbers, with which
    a processor is many times slower. Moments below the smallest normal number times
    2^`FLUSH_BITS` are therefore set to zero, often enough that none becomes denormal between two
    checks. A moment that is denormal from the start is set to zero within `FLUSH_EVERY` steps.
    """
    np.multiply(moment, rate, moment)
    interval = flush_interval(rate)
    if interval and state.steps % interval == 0:
        np.abs(moment, state.scratch)
        moment[state.scratch < flush_below(moment.dtype)] = 0


def flush_interval(rate: float) -> int:
    """Return after how many steps a moment that decays by ``rate`` is checked, 0 for never."""
    return max(1, min(FLUSH_EVERY, int(FLUSH_BITS / -math.log2(rate)))) if rate else 0


def flush_below(dtype: npt.DTypeLike) -> float:
    """Return the number below which a moment is set to zero."""
    return float(np.finfo(dtype).tiny) * 2.0**FLUSH_BITS


def check_decay(name: str, rate: float) -> None:
    """Raise ValueError unless 0 <= ``rate`` < 1."""
    if not 0 <= rate < 1:
        raise ValueError(f"{name} must be at least 0 and below 1, not {rate}")


def check_epsilon(epsilon: float) -> None:
    """Raise ValueError unless ``epsilon`` is positive and finite."""
    if not 0 < epsilon < math.inf:
        raise ValueError(f"epsilon must be positive, not {epsilon}")
