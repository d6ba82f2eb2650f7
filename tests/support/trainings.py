"""Trainings of small networks on random examples."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.examples import Dataset, Split
from experiments.training import EpochMetrics, Progress, train
from nn import SGD, Constant, Network, Optimizer

FEATURES, CLASSES, N = 6, 3, 23
"""Numbers of pixels and classes of the random examples, and of training examples."""


def split(n: int, seed: int = 1, *, classes: int = CLASSES, dtype: type = np.float64) -> Split:
    """Return ``n`` random examples."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, n)
    images = rng.random((n, FEATURES)).astype(dtype)
    return Split(images, labels, np.eye(classes, dtype=dtype)[labels])


def dataset(dtype: type = np.float64) -> Dataset:
    """Return random examples: `N` for training, fewer for validation and test."""
    return Dataset(
        split(N, 0, dtype=dtype), split(11, 1, dtype=dtype), split(9, 2, dtype=dtype), ""
    )


def progress(network: Network, optimizer: Optimizer, seed: int = 5) -> Progress:
    """Return the progress of a training of the network before its first step."""
    order = np.random.default_rng(seed)
    return Progress(optimizer.init(network.parameters), order, network.parameters.copy())


def training(
    network: Network, data: Dataset | None = None, *, seed: int = 5, **options: Any
) -> Iterator[EpochMetrics]:
    """Train a network: three epochs of plain gradient descent, unless the options differ."""
    chosen = {
        "optimizer": SGD(0.5),
        "schedule": Constant(),
        "epochs": 3,
        "batch_size": 5,
        "l2": 0.0,
        **options,
    }
    chosen.setdefault("progress", progress(network, chosen["optimizer"], seed))
    return train(network, data or dataset(), **chosen)
