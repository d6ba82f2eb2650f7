"""A folder of four IDX files: find or download them, read them, check that they belong together."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from experiments.data.download import check_sha256, download
from experiments.data.idx import Bytes, parse_idx, unpacked
from experiments.errors import DataError

FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}
"""The name of each file, without `.gz`."""


@dataclass(frozen=True)
class Files:
    """The raw arrays of the four files: images ``[n, rows, columns]`` and labels ``[n]``.

    ``sha256`` is one hash of the unpacked contents of all four.
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

    @property
    def n_classes(self) -> int:
        """The number of classes: the size of a network's last layer."""
        return int(self.train_labels.max()) + 1


@lru_cache(maxsize=2)
def read_files(root: str, mirrors: tuple[str, ...], sha256: tuple[tuple[str, str], ...]) -> Files:
    """Return the data in the folder ``root``, read once per process.

    Download missing files from the ``mirrors``. ``sha256`` has pairs of a key of `FILES` and the
    expected hash. Raise DataError, naming the file and what was expected of it.
    """
    expected = dict(sha256)
    arrays: dict[str, Bytes] = {}
    digests = []
    for key, name in FILES.items():
        path = _locate(Path(root), name, mirrors, expected.get(key))
        contents = unpacked(path)
        arrays[key] = parse_idx(path, contents, 3 if "images" in key else 1)
        digests.append(check_sha256(path, contents, expected.get(key)))
    files = Files(**arrays, sha256=hashlib.sha256("".join(digests).encode()).hexdigest())
    _check_agreement(Path(root), files)
    return files


def _locate(root: Path, name: str, mirrors: Sequence[str], sha256: str | None) -> Path:
    for path in (root / f"{name}.gz", root / name):
        if path.exists():
            return path
    if mirrors:
        return download(root, f"{name}.gz", mirrors, sha256)
    raise DataError(f"{root / name}.gz: no such file, nor one without .gz")


def _check_agreement(root: Path, files: Files) -> None:
    for split, images, labels in (
        ("train", files.train_images, files.train_labels),
        ("t10k", files.test_images, files.test_labels),
    ):
        if len(images) != len(labels) or not len(labels):
            raise DataError(
                f"{root}: the {split} files have {len(images)} images but {len(labels)} labels,"
                " expected the same number, at least 1"
            )
    if files.test_images.shape[1:] != files.train_images.shape[1:]:
        raise DataError(
            f"{root}: test images have {files.test_images.shape[1:]} pixels, expected"
            f" {files.train_images.shape[1:]} as in training"
        )
    if files.test_labels.max() >= files.n_classes:
        raise DataError(
            f"{root / FILES['test_labels']}: label {files.test_labels.max()}, expected at most"
            f" {files.n_classes - 1} as in training"
        )
