"""A folder of four IDX files: find or download them, read them, check that they belong together."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from experiments.data.download import Hashes, check_sha256, download
from experiments.data.folders import explain_folder, explain_missing
from experiments.data.idx import Bytes, unpacked
from experiments.data.labels import check_test_labels, check_training_labels, classes
from experiments.data.reading import parse_images, parse_labels
from experiments.errors import DataError

FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
"""The name of each file without `.gz`, as in MNIST."""


@dataclass(frozen=True)
class Source:
    """Where the four files of a data set are, and how they are read.

    The options are those of `IDXDataset`; pairs of a key of `FILES` and a text are its mappings.
    """

    root: str
    mirrors: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    sha256: tuple[tuple[str, str], ...]
    gz_sha256: tuple[tuple[str, str], ...]
    first_label: int
    transposed: bool
    flatten: bool


@dataclass(frozen=True, eq=False)
class Files:
    """The raw arrays of the four files: images ``[n, rows, columns]`` and labels ``[n]``.

    The labels are classes: the labels in the files minus the label of class 0. ``sha256`` is one
    hash of the unpacked contents of all four files.
    """

    train_images: Bytes
    train_labels: Bytes
    test_images: Bytes
    test_labels: Bytes
    sha256: str

    @property
    def n_pixels(self) -> int:
        """The number of pixels per image: the size of a network's first layer."""
        return math.prod(self.train_images.shape[1:])

    @cached_property
    def n_classes(self) -> int:
        """The number of classes: the size of a network's last layer."""
        return int(self.train_labels.max()) + 1


@lru_cache(maxsize=2)
def read_files(source: Source) -> Files:
    """Return the data of a source, read once per process. Missing files are downloaded.

    Raise DataError, naming the file and what was expected of it.
    """
    root, names = Path(source.root), FILES | dict(source.names)
    contents_hashes, packed_hashes = dict(source.sha256), dict(source.gz_sha256)
    paths: dict[str, Path] = {}
    arrays: dict[str, Bytes] = {}
    digests = []
    for key in FILES:
        expected = Hashes(contents_hashes.get(key), packed_hashes.get(key))
        path = _locate(root, names[key], source.mirrors, expected, tuple(names.values()))
        contents = unpacked(path)
        paths[key] = path
        if "images" in key:
            flatten, transposed = source.flatten, source.transposed
            arrays[key] = parse_images(path, contents, flatten=flatten, transposed=transposed)
        else:
            arrays[key] = parse_labels(path, contents)
        digests.append(check_sha256(path, contents, expected))
    _check_agreement(root, arrays)
    first_label = source.first_label
    check_training_labels(paths["train_labels"], arrays["train_labels"], first_label)
    check_test_labels(paths["test_labels"], arrays["test_labels"], arrays["train_labels"])
    for key in ("train_labels", "test_labels"):
        arrays[key] = classes(arrays[key], first_label)
    return Files(**arrays, sha256=hashlib.sha256("".join(digests).encode()).hexdigest())


def forget_files() -> None:
    """Give the memory of the data back that this process has read."""
    read_files.cache_clear()


def _locate(
    root: Path, name: str, mirrors: Sequence[str], expected: Hashes, names: Sequence[str]
) -> Path:
    gzipped, plain = root / f"{name}.gz", root / name
    try:
        if gzipped.is_file() and plain.is_file() and unpacked(gzipped) != unpacked(plain):
            raise DataError(
                f"{plain}: differs from {gzipped.name} beside it; remove the file that is not meant"
            )
        for path in (gzipped, plain):
            if path.exists():
                return path
    except OSError as error:
        raise DataError(f"{root}: {explain_folder(root, error)}") from None
    if mirrors:
        return download(root, f"{name}.gz", mirrors, expected, [f"{each}.gz" for each in names])
    raise DataError(explain_missing(root, name))


def _check_agreement(root: Path, arrays: Mapping[str, Bytes]) -> None:
    """Raise DataError if the numbers of images and labels or the sizes of images do not fit."""
    for name, split in (("train", "train"), ("t10k", "test")):
        images, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"]
        if not len(images) and not len(labels):
            raise DataError(f"{root}: the {name} files have no images, expected at least 1")
        if len(images) != len(labels):
            raise DataError(
                f"{root}: the {name} files have {len(images)} images but {len(labels)} labels,"
                " expected the same number"
            )
    train, test = arrays["train_images"].shape[1:], arrays["test_images"].shape[1:]
    if not math.prod(train):
        raise DataError(
            f"{root}: the training images have {_by(train)} pixels, expected at least 1 x 1"
        )
    if test != train:
        raise DataError(
            f"{root}: the test images have {_by(test)} pixels, expected {_by(train)} as in training"
        )


def _by(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
