"""Cut the images of the files into disjoint training, validation and test sets."""

from enum import Enum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from experiments.data.files import Files
from experiments.data.idx import Bytes
from experiments.examples import Dataset, Split


class Subset(Enum):
    """The training examples that a smaller training set keeps."""

    stratified = "stratified"
    leading = "leading"


@lru_cache(maxsize=1)
def cut(
    files: Files,
    *,
    train_size: int | None,
    subset: Subset,
    validation_size: int,
    shuffle: bool,
    split_seed: int,
    dtype: str,
) -> Dataset:
    """Cut the training files into training and validation set; the test files are the test set.

    With ``shuffle`` the training examples are shuffled, in an order that depends on ``split_seed``
    and on their number only, and the first ``validation_size`` of them are the validation set.
    Without it the last ones of the files are. The training set has ``train_size`` of the others, or
    all of them if that is None. The arrays can only be read: the next call with the same arguments
    returns the same ones.
    """
    n = len(files.train_labels)
    if shuffle:
        order = np.random.default_rng(split_seed).permutation(n)
        validation, train = np.split(order, [validation_size])
    else:
        train, validation = np.split(np.arange(n), [n - validation_size])
    if train_size is not None:
        train = train[_subset(files.train_labels[train], train_size, subset)]
    n_classes = files.n_classes
    return Dataset(
        _split(files.train_images[train], files.train_labels[train], n_classes, dtype),
        _split(files.train_images[validation], files.train_labels[validation], n_classes, dtype),
        _split(files.test_images, files.test_labels, n_classes, dtype),
        files.sha256,
    )


def _split(images: Bytes, labels: Bytes, n_classes: int, dtype: npt.DTypeLike) -> Split:
    pixels = images.reshape(len(images), -1).astype(dtype)
    pixels /= 255
    split = Split(pixels, labels.astype(np.intp), np.eye(n_classes, dtype=dtype)[labels])
    for array in (split.images, split.labels, split.targets):
        array.flags.writeable = False  # several runs and callers share them
    return split


def _subset(labels: Bytes, size: int, subset: Subset) -> npt.NDArray[np.intp]:
    """Return the ``size`` positions to keep, in ascending order.

    A stratified subset keeps each class's share, rounded by the largest remainder.
    """
    if subset is Subset.leading:
        return np.arange(size)
    counts = np.bincount(labels)
    shares = counts * (size / len(labels))
    keep = np.floor(shares).astype(np.intp)
    keep[np.argsort(keep - shares, kind="stable")[: size - keep.sum()]] += 1
    chosen = [np.flatnonzero(labels == label)[:n] for label, n in enumerate(keep)]
    return np.sort(np.concatenate(chosen))
