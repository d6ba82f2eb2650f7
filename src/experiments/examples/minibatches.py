"""Mini-batches: the examples of a split in random order, a few at a time."""

from collections.abc import Iterator

import numpy as np

from experiments.examples.splits import Split
from nn.arrays import Array


def minibatches(
    split: Split, batch_size: int, *, rng: np.random.Generator, skip: int = 0
) -> Iterator[tuple[Array, Array]]:
    """Yield ``(images, targets)`` of all examples in random order; the last batch may be smaller.

    The first ``skip`` batches are skipped. The next batch overwrites the arrays of the last one.
    """
    batch_size = min(batch_size, len(split))
    images = np.empty((batch_size, split.images.shape[1]), split.images.dtype)
    targets = np.empty((batch_size, split.targets.shape[1]), split.targets.dtype)
    order = rng.permutation(len(split))
    for start in range(skip * batch_size, len(order), batch_size):
        rows = order[start : start + batch_size]
        if len(rows) < batch_size:
            images, targets = images[: len(rows)], targets[: len(rows)]
        # The indices are all valid; mode="clip" only avoids the copy that NumPy makes to check them
        split.images.take(rows, 0, images, "clip")
        split.targets.take(rows, 0, targets, "clip")
        yield images, targets
