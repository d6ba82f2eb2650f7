"""Forms of images and labels other than MNIST's: transposed, in colour, and QMNIST's labels."""

import struct
from pathlib import Path

import numpy as np
import pytest
from idx_files import arrays, check_refused, idx, idx_dataset, write

from experiments.data import FILES


def extended(rows: np.ndarray) -> bytes:
    """Return rows of integers as the contents of an IDX file, as QMNIST has its labels."""
    header = bytes([0, 0, 0x0C, 2]) + struct.pack(">2I", *rows.shape)
    return header + rows.astype(">i4").tobytes()


def colour(n: int) -> np.ndarray:
    """Return ``n`` different images of 2 x 3 pixels with three channels."""
    return np.arange(n * 18, dtype=np.uint32).astype(np.uint8).reshape(n, 2, 3, 3)


def write_colour(root: Path) -> dict[str, Path]:
    contents = arrays()
    for part in ("train", "test"):
        contents[f"{part}_images"] = colour(len(contents[f"{part}_labels"]))
    return write(root, contents)


def test_the_rows_of_a_transposed_image_are_the_columns_of_that_in_the_file(tmp_path: Path) -> None:
    images = np.arange(600 * 6, dtype=np.uint32).astype(np.uint8).reshape(600, 2, 3)
    write(tmp_path, {**arrays(), "train_images": images, "test_images": images[:40]})
    source = idx_dataset(tmp_path, transposed=True)
    files = source.files()
    assert files.train_images.shape == (600, 3, 2)
    for image, of_file in zip(files.train_images, images, strict=True):
        assert image.tolist() == of_file.T.tolist()
    test = source.load("float64").test
    expected = [image.T.ravel().tolist() for image in images[:40]]
    assert np.rint(test.images * 255).astype(int).tolist() == expected
    assert files.sha256 == idx_dataset(tmp_path).files().sha256


def test_colour_images_are_refused_unless_they_are_to_be_flattened(tmp_path: Path) -> None:
    path = write_colour(tmp_path)["train_images"]
    check_refused(
        idx_dataset(tmp_path).files,
        f"{path}: 4 dimensions (image, row, column, channel), expected 3",
        "dataset.flatten=true",
    )
    source = idx_dataset(tmp_path, flatten=True)
    assert source.files().n_pixels == 18
    test = source.load("float64").test
    assert np.rint(test.images * 255).astype(int).tolist() == colour(40).reshape(40, 18).tolist()


def test_images_without_channels_may_be_read_with_flatten(tmp_path: Path) -> None:
    write(tmp_path, arrays())
    found = idx_dataset(tmp_path, flatten=True).files()
    assert np.array_equal(found.train_images, idx_dataset(tmp_path).files().train_images)


def test_transposed_colour_images_keep_the_channels_of_each_pixel(tmp_path: Path) -> None:
    write_colour(tmp_path)
    found = idx_dataset(tmp_path, flatten=True, transposed=True).files().test_images
    assert np.array_equal(found, colour(40).transpose(0, 2, 1, 3))


def test_the_first_column_of_extended_labels_counts(tmp_path: Path) -> None:
    contents = arrays()
    paths = write(tmp_path, contents, suffix="")
    rng = np.random.default_rng(0)
    for part in ("train", "test"):
        labels = contents[f"{part}_labels"]
        rows = np.column_stack([labels, rng.integers(-(2**31), 2**31, (len(labels), 7))])
        paths[f"{part}_labels"].write_bytes(extended(rows))
    found = idx_dataset(tmp_path).files()
    for part in ("train", "test"):
        key = f"{part}_labels"
        assert getattr(found, key).dtype == np.uint8
        assert np.array_equal(getattr(found, key), contents[key])


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (extended(np.zeros((3, 8)))[:10], "truncated: 10 bytes, expected 12 of header"),
        (extended(np.zeros((3, 8)))[:-1], "107 bytes, expected 108 for 3 rows of 8 integers"),
        (extended(np.zeros((3, 8))) + b"0", "109 bytes, expected 108 for 3 rows of 8 integers"),
        (extended(np.zeros((3, 0))), "12 bytes, expected 12 for 3 rows of 0 integers"),
        (extended(np.array([[256, 0], [0, 0]])), "labels from 0 to 256, expected 0 to 255"),
        (extended(np.array([[-1, 0], [0, 0]])), "labels from -1 to 0, expected 0 to 255"),
        (bytes([0, 0, 0x0C, 1]) + bytes(8), "elements of type int32, expected unsigned bytes"),
        (idx(np.zeros((3, 8), np.uint8)), "2 dimensions, expected 1 (one label per image)"),
    ],
)
def test_labels_of_another_form_are_refused(tmp_path: Path, contents: bytes, message: str) -> None:
    write(tmp_path, arrays(), suffix="")
    path = tmp_path / FILES["train_labels"]
    path.write_bytes(contents)
    check_refused(idx_dataset(tmp_path).files, f"{path}: {message}")
