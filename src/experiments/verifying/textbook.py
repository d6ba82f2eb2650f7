"""The update rules of the papers for one parameter, number by number, as the papers write them.

`nn.optimizers` computes the same with fewer passes over vectors: it keeps other moments and folds
constants together.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from nn import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp

Rule = Callable[[float, Sequence[float], Any], Iterator[float]]
"""From a parameter, its gradients and the optimizer to the parameter after each step."""


def sgd(theta: float, gradients: Sequence[float], o: SGD) -> Iterator[float]:
    """``theta <- theta - eta g`` (Nielsen, ch. 1, eq. 16-17)."""
    for g in gradients:
        theta = theta - o.learning_rate * g
        yield theta


def momentum(theta: float, gradients: Sequence[float], o: Momentum) -> Iterator[float]:
    """``v <- mu v - eta g; theta <- theta + v`` (Sutskever et al. 2013, eq. 1-2)."""
    v = 0.0
    for g in gradients:
        v = o.momentum * v - o.learning_rate * g
        theta = theta + v
        yield theta


def nesterov(theta: float, gradients: Sequence[float], o: Nesterov) -> Iterator[float]:
    """``theta <- theta + mu^2 v - (1 + mu) eta g; v <- mu v - eta g``.

    (Bengio et al. 2013, eq. 7, with the velocity that contains the rate.)
    """
    v, mu, eta = 0.0, o.momentum, o.learning_rate
    for g in gradients:
        theta = theta + mu * mu * v - (1 + mu) * eta * g
        v = mu * v - eta * g
        yield theta


def rmsprop(theta: float, gradients: Sequence[float], o: RMSProp) -> Iterator[float]:
    """``s <- rho s + (1 - rho) g^2; theta <- theta - eta g / (sqrt(s) + eps)``.

    (Tieleman and Hinton, *Lecture 6.5*, 2012.)
    """
    s = 0.0
    for g in gradients:
        s = o.decay_rate * s + (1 - o.decay_rate) * g * g
        theta = theta - o.learning_rate * g / (math.sqrt(s) + o.epsilon)
        yield theta


def adam_direction(gradients: Sequence[float], o: Adam) -> Iterator[float]:
    """Yield ``mhat / (sqrt(vhat) + eps)`` of each step (Kingma and Ba 2015, algorithm 1)."""
    m = v = 0.0
    for t, g in enumerate(gradients, 1):
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g * g
        m_hat = m / (1 - o.beta1**t)
        v_hat = v / (1 - o.beta2**t)
        yield m_hat / (math.sqrt(v_hat) + o.epsilon)


def adam(theta: float, gradients: Sequence[float], o: Adam) -> Iterator[float]:
    """``theta <- theta - eta mhat / (sqrt(vhat) + eps)`` (Kingma and Ba 2015, algorithm 1)."""
    for direction in adam_direction(gradients, o):
        theta = theta - o.learning_rate * direction
        yield theta


def adamw(theta: float, gradients: Sequence[float], o: AdamW) -> Iterator[float]:
    """``theta <- theta - eta (adam + lambda theta)`` (Loshchilov and Hutter 2019, algorithm 2)."""
    for direction in adam_direction(gradients, o):
        theta = theta - o.learning_rate * (direction + o.weight_decay * theta)
        yield theta


RULES: Mapping[type[Optimizer], Rule] = {
    SGD: sgd,
    Momentum: momentum,
    Nesterov: nesterov,
    RMSProp: rmsprop,
    Adam: adam,
    AdamW: adamw,
}
"""The rule of each optimizer of `nn`."""
