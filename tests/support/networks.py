"""Small networks and batches of random examples."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hydra.utils import get_class
from omegaconf import OmegaConf

from experiments.configuration import CONF
from nn import (
    Activation,
    CrossEntropyCost,
    Initializer,
    LeCunNormal,
    Loss,
    Network,
    Optimizer,
    Output,
    Tanh,
)

TANH, CROSS_ENTROPY, LECUN = Tanh(), CrossEntropyCost(Output.softmax), LeCunNormal(1.0)


def configured(group: str, **options: Any) -> list[Any]:
    """Return an object for each file in a group of conf/. ``options`` replace those of the file."""
    return [cls(**{**defaults, **options}) for cls, defaults in _files(group)]


def classes(group: str) -> list[type]:
    """Return the class of each file in a group of conf/."""
    return [cls for cls, _ in _files(group)]


def _files(group: str) -> list[tuple[type, dict[str, Any]]]:
    found = []
    for path in sorted((CONF / group).glob("*.yaml")):
        options: Any = OmegaConf.to_container(OmegaConf.load(path))
        found.append((get_class(options.pop("_target_")), options))
    return found


ACTIVATIONS: list[Activation] = configured("activation")
"""Every activation in conf/, so that a new one is tested."""
LOSSES: list[Loss] = [cls(output) for cls in classes("loss") for output in Output]
"""Every cost in conf/ with every output function."""
OPTIMIZERS: list[Optimizer] = configured("optimizer", learning_rate=0.1)
"""Every optimizer in conf/."""


def network(
    sizes: Sequence[int],
    *,
    activation: Activation = TANH,
    loss: Loss = CROSS_ENTROPY,
    initializer: Initializer = LECUN,
    seed: int = 0,
    dtype: type = np.float64,
) -> Network:
    """Return a network with random parameters."""
    return Network(
        sizes,
        activation=activation,
        loss=loss,
        initializer=initializer,
        rng=np.random.default_rng(seed),
        dtype=dtype,
    )


def batch(
    sizes: Sequence[int], n: int, *, seed: int = 0, dtype: type = np.float64
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``n`` random inputs in [0, 1) and one-hot targets for a network with these sizes."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, sizes[-1], n)
    return rng.random((n, sizes[0]), dtype), np.eye(sizes[-1], dtype=dtype)[labels]
