"""The three splits of a data set: training, validation and test examples."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nn.arrays import Array


@dataclass(frozen=True)
class Split:
    """Examples as rows: ``images [n, pixels]`` in [0, 1], ``labels [n]``, one-hot ``targets``."""

    images: Array
    labels: npt.NDArray[np.intp]
    targets: Array

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Dataset:
    """Three disjoint splits, and the SHA-256 of the four files that they were cut from."""

    train: Split
    validation: Split
    test: Split
    sha256: str
