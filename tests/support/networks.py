"""Small networks and batches of random examples."""

from collections.abc import Sequence

import numpy as np

from nn import Activation, CrossEntropyCost, Initializer, LeCunNormal, Loss, Network, Output, Tanh

TANH, CROSS_ENTROPY, LECUN = Tanh(), CrossEntropyCost(Output.softmax), LeCunNormal(1.0)


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
