"""Damaged IDX files: they are read as their header says, or refused in one line."""

import gzip
from pathlib import Path

import numpy as np
from damage import Damage, check_message, damages, many_examples
from hypothesis import given
from hypothesis import strategies as st
from idx_files import idx

from experiments.data import read_idx
from experiments.errors import DataError

IMAGES = idx(np.random.default_rng(0).integers(0, 256, (7, 4, 3), dtype=np.uint8))


def read(path: Path, contents: bytes, dimensions: int = 3) -> np.ndarray | None:
    """Write contents to a file, and return the array in it; None if the file is refused."""
    path.write_bytes(contents)
    try:
        return read_idx(path, dimensions)
    except DataError as error:
        check_message(error, f"{path}: ")
        return None


@many_examples
@given(damages(), st.integers(1, 3))
def test_a_damaged_file_is_read_as_its_header_says_or_refused(
    tmp_path: Path, damage: Damage, dimensions: int
) -> None:
    contents = damage(IMAGES)
    array = read(tmp_path / "images", contents, dimensions)
    if array is not None:
        assert array.ndim == dimensions
        assert idx(array) == contents


@many_examples
@given(damages())
def test_a_damaged_gzip_file_gives_the_same_images_or_is_refused(
    tmp_path: Path, damage: Damage
) -> None:
    array = read(tmp_path / "images.gz", damage(gzip.compress(IMAGES, mtime=0)))
    if array is not None:
        assert idx(array) == IMAGES
