"""The steps of optax's optimizers, which are made for JAX."""

import importlib.util
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nn import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp
from nn.arrays import Array


def installed() -> bool:
    """Return whether optax and JAX are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("jax", "optax"))


def steps(
    optimizer: Optimizer, parameters: Array, gradients: Sequence[Array]
) -> list[Array] | None:
    """Return the parameters ``[p]`` after each step; None for a class that is not of `nn`."""
    import jax
    import optax

    chosen = _call(optimizer)
    if chosen is None:
        return None
    name, options = chosen
    with jax.enable_x64(True), jax.disable_jit():
        theirs = getattr(optax, name)(optimizer.learning_rate, **options)
        vector = jax.numpy.asarray(parameters)
        state, found = theirs.init(vector), []
        for gradient in gradients:
            change, state = theirs.update(jax.numpy.asarray(gradient), state, vector)
            vector = optax.apply_updates(vector, change)
            found.append(np.asarray(vector))
    return found


def _call(o: Optimizer) -> tuple[str, Mapping[str, Any]] | None:
    """Return the name and the options of optax's function."""
    if type(o) is SGD:
        return "sgd", {}
    if isinstance(o, Momentum) and type(o) in (Momentum, Nesterov):
        return "sgd", {"momentum": o.momentum, "nesterov": type(o) is Nesterov}
    if isinstance(o, RMSProp) and type(o) is RMSProp:
        return "rmsprop", {"decay": o.decay_rate, "eps": o.epsilon, "eps_in_sqrt": False}
    if isinstance(o, Adam) and type(o) in (Adam, AdamW):
        options = {"b1": o.beta1, "b2": o.beta2, "eps": o.epsilon}
        if isinstance(o, AdamW):
            return "adamw", {**options, "weight_decay": o.weight_decay}
        return "adam", options
    return None
