"""Workloads with shapes that are drawn at random: nobody has tuned anything for them."""

import numpy as np

from benchmarks.speed.workloads import ADAM, RELU, SIGMOID, Workload
from nn import SGD

MOST_HIDDEN = 5
WIDTHS = (10, 800)
BATCHES = (1, 256)
RATE = 0.01
"""A learning rate with which none of these networks diverges."""
IMAGES = 60_000


def drawn(n: int) -> list[Workload]:
    """Return ``n`` workloads, the same for each call.

    They have one to five hidden layers of 10 to 800 neurons, batches of 1 to 256, rectifiers with
    cross-entropy or the sigmoid with the quadratic cost, and SGD or Adam. Widths and batches are
    uniform on a logarithmic scale.
    """
    rng = np.random.default_rng(0)
    return [_workload(rng) for _ in range(n)]


def _workload(rng: np.random.Generator) -> Workload:
    hidden = [_between(WIDTHS, rng) for _ in range(rng.integers(1, MOST_HIDDEN, endpoint=True))]
    batch = _between(BATCHES, rng)
    activation, loss = (RELU, SIGMOID)[rng.integers(2)]
    optimizer = (SGD(RATE), ADAM)[rng.integers(2)]
    sizes = (784, *hidden, 10)
    return Workload(
        sizes, activation, loss, optimizer, batch, IMAGES, RATE, large=True, learns=False
    )


def _between(ends: tuple[int, int], rng: np.random.Generator) -> int:
    low, high = np.log(ends)
    return round(float(np.exp(rng.uniform(low, high))))
