"""Mini-batches: the examples of a split in random order, a few at a time."""

from collections.abc import Iterator, Sequence

import numpy as np

from experiments.examples.splits import Split
from nn.arrays import Array


def minibatches(
    split: Split,
    batch_size: int,
    *,
    rng: np.random.Generator | Sequence[np.random.Generator],
    skip: int = 0,
) -> Iterator[tuple[Array, Array]]:
    """Yield ``(images, targets)`` of all examples in random order; the last batch may be smaller.

    The images are ``[n, pixels]`` and the targets ``[n, classes]``. With ``s`` generators there are
    ``s`` orders, and both arrays have a leading axis ``[s]``. The first ``skip`` batches are
    skipped. The next batch overwrites the arrays of the last one.
    """
    n = len(split)
    batch_size = min(batch_size, n)
    if isinstance(rng, np.random.Generator):
        order = rng.permutation(n)
    else:
        order = np.stack([each.permutation(n) for each in rng])
    images, targets = _arrays(split, order[..., :batch_size].shape)
    for start in range(skip * batch_size, n, batch_size):
        rows = order[..., start : start + batch_size]
        if rows.shape != images.shape[:-1]:
            images, targets = _arrays(split, rows.shape)
        # The indices are all valid; mode="clip" only avoids the copy that NumPy makes to check them
        split.images.take(rows, 0, images, "clip")
        split.targets.take(rows, 0, targets, "clip")
        yield images, targets


def _arrays(split: Split, rows: tuple[int, ...]) -> tuple[Array, Array]:
    """Return arrays for as many images and targets."""
    return (
        np.empty((*rows, split.images.shape[1]), split.images.dtype),
        np.empty((*rows, split.targets.shape[1]), split.targets.dtype),
    )
