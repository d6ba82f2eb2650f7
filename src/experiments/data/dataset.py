"""A data set as conf/ describes it: which files, and how to cut them into splits."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from experiments.data.cut import Subset, cut
from experiments.data.files import Files, Source, read_files
from experiments.errors import DataError
from experiments.examples import Dataset


@dataclass(frozen=True)
class IDXDataset:
    """A folder of four IDX files, and how to cut it into training, validation and test sets.

    ``file_names`` holds the name of each file without `.gz`. ``sha256`` holds the expected hash of
    each file's unpacked contents, ``gz_sha256`` that of each gzipped file; if both are empty, any
    data are accepted. Missing files are downloaded from the first of the ``mirrors`` that has them.
    ``first_label`` is the label of class 0. ``classes`` are the names of the classes; if there are
    none, the labels are. If ``transposed``, the rows of an image in the file are its columns;
    ``flatten`` accepts images with channels. Raise ValueError if an option is out of range.
    """

    name: str
    root: str
    mirrors: list[str]
    file_names: dict[str, str]
    sha256: dict[str, str]
    gz_sha256: dict[str, str]
    classes: list[str]
    first_label: int
    transposed: bool
    flatten: bool
    train_size: int | None
    subset: Subset
    validation_size: int
    shuffle: bool
    split_seed: int

    def __post_init__(self) -> None:
        if not self.root:
            raise ValueError("root is empty; it has to be the folder that has the four files")
        if self.root.startswith("~/"):
            home = Path(self.root).expanduser()
            raise ValueError(f"root={self.root}: ~ is not expanded here; write {home}")
        if "://" in self.root:
            raise ValueError(f"root={self.root}: it has to be a folder, not an address")
        if not 0 <= self.first_label <= 255:
            raise ValueError(f"first_label must be from 0 to 255, not {self.first_label}")
        repeated = [name for name, times in Counter(self.classes).items() if times > 1]
        if repeated:
            raise ValueError(f"classes has the name {repeated[0]!r} twice; each needs its own")
        if self.train_size is not None and self.train_size < 1:
            raise ValueError(f"train_size must be at least 1 image, not {self.train_size}")
        if self.validation_size < 1:
            raise ValueError(
                f"validation_size must be at least 1 image, not {self.validation_size}"
            )
        if self.split_seed < 0:
            raise ValueError(f"split_seed must be zero or positive, not {self.split_seed}")

    def files(self) -> Files:
        """Return the raw data, read and checked once per process.

        Raise DataError, naming the file and what was expected of it.
        """
        return read_files(
            Source(
                root=self.root,
                mirrors=tuple(self.mirrors),
                names=tuple(sorted(self.file_names.items())),
                sha256=tuple(sorted(self.sha256.items())),
                gz_sha256=tuple(sorted(self.gz_sha256.items())),
                first_label=self.first_label,
                transposed=self.transposed,
                flatten=self.flatten,
            )
        )

    def class_names(self, n_classes: int) -> list[str]:
        """Return the names of the classes: their labels, unless ``classes`` names them."""
        return self.classes or [str(self.first_label + number) for number in range(n_classes)]

    def check_classes(self) -> None:
        """Raise DataError if there are more or fewer names than classes."""
        n = self.files().n_classes
        if self.classes and len(self.classes) != n:
            raise DataError(
                f"{self.root}: the files have {n} classes, but dataset.classes has"
                f" {len(self.classes)} names; expected {n} names, or [] for the labels"
            )

    def check_sizes(self) -> None:
        """Raise DataError if there are not enough images for the requested sizes."""
        n, validation = len(self.files().train_labels), self.validation_size
        if n < 2:
            raise DataError(
                f"{self.root}: {n} training image is too few for a training and a validation set,"
                " expected at least 2"
            )
        few = f"{self.root}: {n:,} training images are too few for"
        if validation >= n:
            raise DataError(
                f"{few} dataset.validation_size={validation} and at least 1 other image;"
                f" dataset.validation_size can be at most {n - 1}"
            )
        if self.train_size is not None and self.train_size > n - validation:
            raise DataError(
                f"{few} {validation:,} validation images and dataset.train_size={self.train_size};"
                f" dataset.train_size can be at most {n - validation}"
            )

    def load(self, dtype: npt.DTypeLike) -> Dataset:
        """Return the three splits. They depend on the options of the cut only.

        Raise DataError as `files` and `check_sizes` do.
        """
        self.check_sizes()
        return cut(
            self.files(),
            train_size=self.train_size,
            subset=self.subset,
            validation_size=self.validation_size,
            shuffle=self.shuffle,
            split_seed=self.split_seed,
            dtype=np.dtype(dtype).name,
        )
