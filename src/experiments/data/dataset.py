"""Data sets in IDX files: reading, checking, splitting, mini-batches."""

import gzip
import hashlib
import math
import struct
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from experiments.errors import DataError
from nn.arrays import Array

Bytes = npt.NDArray[np.uint8]

UNSIGNED_BYTE = 0x08
DOWNLOAD_TIMEOUT = 30  # seconds without an answer
FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


class Subset(Enum):
    """Which of the training examples a smaller ``train_size`` keeps."""

    stratified = "stratified"
    leading = "leading"


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


@dataclass(frozen=True)
class Files:
    """The raw arrays of the four files: images ``[n, rows, columns]`` and labels ``[n]``."""

    train_images: Bytes
    train_labels: Bytes
    test_images: Bytes
    test_labels: Bytes
    sha256: str

    @property
    def n_pixels(self) -> int:
        """Pixels per image: the size of a network's first layer."""
        return math.prod(self.train_images.shape[1:])

    @property
    def n_classes(self) -> int:
        """Number of labels: the size of a network's last layer."""
        return int(self.train_labels.max()) + 1


@dataclass(frozen=True)
class IDXDataset:
    """A folder of four IDX files and how to cut it.

    ``sha256`` holds the hash of each file's contents, unpacked; when it is empty any data is
    taken. Files that are missing are fetched from the first of the ``mirrors`` that has them.
    Raises ValueError if a size is out of range.
    """

    name: str
    root: str
    mirrors: list[str]
    sha256: dict[str, str]
    train_size: int | None
    subset: Subset
    validation_size: int
    split_seed: int

    def __post_init__(self) -> None:
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

        Raises DataError, naming the file and what was expected of it.
        """
        return _read_files(self.root, tuple(self.mirrors), tuple(sorted(self.sha256.items())))

    def check_sizes(self) -> None:
        """Raise DataError if there are too few images for the sizes asked."""
        n = len(self.files().train_labels)
        if self.validation_size + (self.train_size or 1) > n:
            raise DataError(
                f"{self.root}: {n} training images are too few for dataset.train_size="
                f"{self.train_size} besides dataset.validation_size={self.validation_size}"
            )

    def load(self, dtype: npt.DTypeLike) -> Dataset:
        """Return the three splits. The shuffle before the cut depends on ``split_seed`` only.

        Raises DataError as `files` does, and if there are too few images for the sizes asked.
        """
        files = self.files()
        n = len(files.train_labels)
        self.check_sizes()
        order = np.random.default_rng(self.split_seed).permutation(n)
        validation, train = np.split(order, [self.validation_size])
        if self.train_size is not None:
            train = train[_subset(files.train_labels[train], self.train_size, self.subset)]

        def split(images: Bytes, labels: Bytes) -> Split:
            pixels = images.reshape(len(images), -1).astype(dtype)
            pixels /= 255
            return Split(
                pixels, labels.astype(np.intp), np.eye(files.n_classes, dtype=dtype)[labels]
            )

        return Dataset(
            split(files.train_images[train], files.train_labels[train]),
            split(files.train_images[validation], files.train_labels[validation]),
            split(files.test_images, files.test_labels),
            files.sha256,
        )


def minibatches(
    split: Split, batch_size: int, *, rng: np.random.Generator, skip: int = 0
) -> Iterator[tuple[Array, Array]]:
    """Yield ``(images, targets)`` of all examples in random order; the last batch may be smaller.

    The first ``skip`` batches are left out. The arrays are buffers that the next batch overwrites.
    """
    batch_size = min(batch_size, len(split))
    images = np.empty((batch_size, split.images.shape[1]), split.images.dtype)
    targets = np.empty((batch_size, split.targets.shape[1]), split.targets.dtype)
    order = rng.permutation(len(split))
    for start in range(skip * batch_size, len(order), batch_size):
        rows = order[start : start + batch_size]
        if len(rows) < batch_size:
            images, targets = images[: len(rows)], targets[: len(rows)]
        # mode="clip" skips the copy that guards `out` against bad indices, of which there are none
        split.images.take(rows, 0, images, "clip")
        split.targets.take(rows, 0, targets, "clip")
        yield images, targets


def read_idx(path: Path, dimensions: int) -> Bytes:
    """Read an IDX file of unsigned bytes with that many dimensions, gzipped or plain.

    (Format: LeCun, *The MNIST database of handwritten digits*.) Raises DataError if the file is
    missing, unreadable, or not exactly of that form.
    """
    return _parse_idx(path, _contents(path), dimensions)


def _contents(path: Path) -> bytes:
    try:
        contents = path.read_bytes()
        return gzip.decompress(contents) if path.suffix == ".gz" else contents
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None


def _parse_idx(path: Path, contents: bytes, dimensions: int) -> Bytes:
    magic = bytes([0, 0, UNSIGNED_BYTE, dimensions])
    header = 4 + 4 * dimensions
    if contents[:4] != magic:
        kind = {1: "labels", 3: "images"}.get(dimensions, f"{dimensions} dimensions")
        raise DataError(
            f"{path}: not an IDX file of {kind}: it begins with {contents[:4].hex() or 'nothing'},"
            f" expected {magic.hex()}"
        )
    if len(contents) < header:
        raise DataError(f"{path}: truncated: {len(contents)} bytes, expected {header} of header")
    shape = struct.unpack(f">{dimensions}I", contents[4:header])
    expected = header + math.prod(shape)
    if len(contents) != expected:
        found = "truncated" if len(contents) < expected else "too long"
        raise DataError(f"{path}: {found}: {len(contents):,} bytes, expected {expected:,}")
    try:
        return np.frombuffer(contents, np.uint8, offset=header).reshape(shape)
    except ValueError:  # no element, but sizes beyond what NumPy can index
        raise DataError(f"{path}: holds no array: its sizes are {shape}") from None


@lru_cache(maxsize=2)
def _read_files(root: str, mirrors: tuple[str, ...], sha256: tuple[tuple[str, str], ...]) -> Files:
    expected = dict(sha256)
    arrays: dict[str, Bytes] = {}
    digests = []
    for key, name in FILES.items():
        path = _locate(Path(root), name, mirrors, expected.get(key))
        contents = _contents(path)
        arrays[key] = _parse_idx(path, contents, 3 if "images" in key else 1)
        digests.append(_checked_sha256(path, contents, expected.get(key)))
    files = Files(**arrays, sha256=hashlib.sha256("".join(digests).encode()).hexdigest())
    _check_agreement(Path(root), files)
    return files


def _checked_sha256(path: Path, contents: bytes, expected: str | None) -> str:
    digest = hashlib.sha256(contents).hexdigest()
    if expected is not None and digest != expected:
        raise DataError(
            f"{path}: its contents have SHA-256 {digest}, expected {expected};"
            " data of your own is read with dataset=folder"
        )
    return digest


def _locate(root: Path, name: str, mirrors: tuple[str, ...], sha256: str | None) -> Path:
    for path in (root / f"{name}.gz", root / name):
        if path.exists():
            return path
    if mirrors:
        return _download(root, f"{name}.gz", mirrors, sha256)
    raise DataError(f"{root / name}.gz: no such file (nor without .gz)")


def _download(root: Path, name: str, mirrors: tuple[str, ...], sha256: str | None) -> Path:
    """Fetch a file from the first mirror that has it as it should be, and keep no other."""
    import pooch

    pooch.get_logger().setLevel("WARNING")
    failures = []
    for mirror in mirrors:
        url = f"{mirror.rstrip('/')}/{name}"
        sys.stderr.write(f"Fetching {url}\n")
        try:
            path = Path(
                pooch.retrieve(
                    url,
                    known_hash=None,  # what counts is the hash of the contents
                    fname=name,
                    path=root,
                    downloader=pooch.HTTPDownloader(timeout=DOWNLOAD_TIMEOUT),
                )
            )
        except OSError as error:
            status = getattr(getattr(error, "response", None), "status_code", "no connection")
            failures.append(f"{mirror}: {status}")
            continue
        try:
            _checked_sha256(path, _contents(path), sha256)
        except DataError:
            path.unlink()
            failures.append(f"{mirror}: other contents")
            continue
        return path
    raise DataError(
        f"{root / name}: not there, and cannot be fetched ({'; '.join(failures)});"
        " put the four files there, or name their folder with dataset.root=..."
    )


def _check_agreement(root: Path, files: Files) -> None:
    for split, images, labels in (
        ("train", files.train_images, files.train_labels),
        ("t10k", files.test_images, files.test_labels),
    ):
        if len(images) != len(labels) or not len(labels):
            raise DataError(
                f"{root}: the {split} files hold {len(images)} images but {len(labels)} labels,"
                " expected as many of both"
            )
    if files.test_images.shape[1:] != files.train_images.shape[1:]:
        raise DataError(
            f"{root}: test images are {files.test_images.shape[1:]} pixels, expected"
            f" {files.train_images.shape[1:]} as in training"
        )
    if files.test_labels.max() >= files.n_classes:
        raise DataError(
            f"{root / FILES['test_labels']}: label {files.test_labels.max()}, expected at most"
            f" {files.n_classes - 1} as in training"
        )


def _subset(labels: Bytes, size: int, subset: Subset) -> npt.NDArray[np.intp]:
    """Return the ``size`` positions to keep, in order.

    Stratified: each class keeps its share, rounded by largest remainder.
    """
    if subset is Subset.leading:
        return np.arange(size)
    counts = np.bincount(labels)
    shares = counts * (size / len(labels))
    keep = np.floor(shares).astype(np.intp)
    keep[np.argsort(keep - shares, kind="stable")[: size - keep.sum()]] += 1
    chosen = [np.flatnonzero(labels == label)[:n] for label, n in enumerate(keep)]
    return np.sort(np.concatenate(chosen))


def describe(source: IDXDataset, dataset: Dataset) -> Mapping[str, object]:
    """Return what a record of a run needs to know of its data."""
    sizes = {name: len(getattr(dataset, name)) for name in ("train", "validation", "test")}
    return {"name": source.name, "root": source.root, "sha256": dataset.sha256, **sizes}
