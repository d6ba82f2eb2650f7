"""Small data sets in IDX files, whose images are recognised by their pixels."""

import gzip
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.data import FILES, IDXDataset, Subset
from experiments.errors import DataError
from experiments.examples import Split

N, CLASSES, TEST_N = 600, 5, 40

Arrays = dict[str, np.ndarray]


def idx(array: np.ndarray) -> bytes:
    """Return an array as the contents of an IDX file."""
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


def arrays() -> Arrays:
    """Return a data set in which the two pixels of an image are the image's number."""
    rng = np.random.default_rng(0)
    numbers = np.arange(N + TEST_N, dtype=">u2").view(np.uint8).reshape(-1, 1, 2)
    shares = [0.5, 0.3, 0.15, 0.045, 0.005]
    labels = rng.choice(CLASSES, N + TEST_N, p=shares).astype(np.uint8)
    return {
        "train_images": numbers[:N],
        "train_labels": labels[:N],
        "test_images": numbers[N:],
        "test_labels": labels[N:],
    }


def write(root: Path, contents: Arrays, *, suffix: str = ".gz") -> dict[str, Path]:
    """Write arrays to the files of a data set; return the paths."""
    root.mkdir(parents=True, exist_ok=True)
    paths = {key: root / f"{FILES[key]}{suffix}" for key in contents}
    for key, path in paths.items():
        unpacked = idx(contents[key])
        path.write_bytes(gzip.compress(unpacked, 1) if suffix else unpacked)
    return paths


def write_small(folder: Path, last: int = 0) -> None:
    """Write five training and two test images of 2 x 2 pixels; ``last`` is the last pixel."""
    contents = {}
    for split, n in (("train", 5), ("test", 2)):
        pixels = np.arange(4 * n, dtype=np.uint8)
        pixels[-1] = last
        contents[f"{split}_images"] = pixels.reshape(n, 2, 2)
        contents[f"{split}_labels"] = np.arange(n, dtype=np.uint8) % 2
    write(folder, contents, suffix="")


def gz_hashes(paths: dict[str, Path]) -> dict[str, str]:
    """Return the SHA-256 of each gzipped file."""
    return {key: hashlib.sha256(path.read_bytes()).hexdigest() for key, path in paths.items()}


def hashes(contents: Arrays) -> dict[str, str]:
    """Return the SHA-256 of each file's unpacked contents."""
    return {key: hashlib.sha256(idx(array)).hexdigest() for key, array in contents.items()}


def idx_dataset(root: Path, **options: Any) -> IDXDataset:
    """Return the data set in a folder, cut as the options say."""
    defaults = {
        "name": "made",
        "root": str(root),
        "mirrors": [],
        "file_names": FILES,
        "sha256": {},
        "gz_sha256": {},
        "classes": [],
        "first_label": 0,
        "transposed": False,
        "flatten": False,
        "train_size": None,
        "subset": Subset.stratified,
        "validation_size": 100,
        "shuffle": True,
        "split_seed": 0,
    }
    return IDXDataset(**{**defaults, **options})


def numbers(split: Split) -> list[int]:
    """Return the numbers of the images in a split of `arrays`."""
    pairs = np.rint(split.images * 255).astype(int)
    return [256 * high + low for high, low in pairs.tolist()]


def check_refused(action: Callable[[], object], *expected: object) -> None:
    """Check that an action raises DataError, with one line that has all expected parts."""
    with pytest.raises(DataError) as caught:
        action()
    message = str(caught.value)
    assert "\n" not in message
    for part in expected:
        assert str(part) in message
