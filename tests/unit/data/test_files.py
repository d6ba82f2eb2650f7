"""The four files of a data set: reading them, and checking that they belong together."""

from pathlib import Path

import numpy as np
import pytest
from idx_files import (
    CLASSES,
    TEST_N,
    N,
    arrays,
    check_refused,
    gz_hashes,
    hashes,
    idx_dataset,
    write,
)

from experiments.data import FILES


def test_plain_and_gzipped_files_are_the_same_data(tmp_path: Path, folder: Path) -> None:
    write(tmp_path, arrays(), suffix="")
    plain, gzipped = idx_dataset(tmp_path).files(), idx_dataset(folder).files()
    for key, array in arrays().items():
        assert np.array_equal(getattr(plain, key), array)
        assert np.array_equal(getattr(gzipped, key), array)
    assert plain.sha256 == gzipped.sha256


def test_a_folder_is_read_once(folder: Path) -> None:
    assert idx_dataset(folder, split_seed=1).files() is idx_dataset(folder, split_seed=2).files()


@pytest.mark.parametrize("key", FILES)
def test_the_hash_depends_on_every_file(tmp_path: Path, folder: Path, key: str) -> None:
    other = arrays()
    other[key] = other[key][::-1]
    write(tmp_path, other)
    assert idx_dataset(tmp_path).files().sha256 != idx_dataset(folder).files().sha256


@pytest.mark.parametrize("key", FILES)
def test_each_missing_file_is_named(tmp_path: Path, key: str) -> None:
    write(tmp_path, arrays())[key].unlink()
    check_refused(idx_dataset(tmp_path).files, tmp_path / FILES[key], "no such file")


@pytest.mark.parametrize("key", FILES)
def test_contents_with_another_hash_are_refused(tmp_path: Path, key: str) -> None:
    paths = write(tmp_path, arrays())
    expected = hashes(arrays())
    actual = expected[key]
    expected[key] = "0" * 64
    check_refused(idx_dataset(tmp_path, sha256=expected).files, paths[key], actual, "0" * 64)


@pytest.mark.parametrize("key", FILES)
def test_a_gzipped_file_with_another_hash_is_refused(tmp_path: Path, key: str) -> None:
    paths = write(tmp_path, arrays())
    expected = gz_hashes(paths)
    assert idx_dataset(tmp_path, gz_sha256=expected).files().n_classes == CLASSES
    actual = expected[key]
    expected[key] = "0" * 64
    source = idx_dataset(tmp_path, gz_sha256=expected)
    message = f"the SHA-256 of the file is {actual}, expected {'0' * 64}"
    check_refused(source.files, f"{paths[key]}: {message}")


def test_the_hash_of_a_gzipped_file_says_nothing_about_an_unpacked_one(tmp_path: Path) -> None:
    write(tmp_path, arrays(), suffix="")
    wrong = dict.fromkeys(FILES, "0" * 64)
    assert idx_dataset(tmp_path, gz_sha256=wrong).files().n_classes == CLASSES


def test_files_with_other_names_are_read(tmp_path: Path, folder: Path) -> None:
    names = {key: f"emnist-letters-{name}" for key, name in FILES.items()}
    for key, path in write(tmp_path, arrays()).items():
        path.rename(tmp_path / f"{names[key]}.gz")
    assert idx_dataset(tmp_path, file_names=names).files().sha256 == (
        idx_dataset(folder).files().sha256
    )
    check_refused(
        idx_dataset(tmp_path).files,
        f"{tmp_path / FILES['train_images']}.gz: no such file",
        f"did you mean {names['train_images']}.gz?",
    )


def test_contents_with_the_expected_hash_are_read(tmp_path: Path) -> None:
    write(tmp_path, arrays())
    assert idx_dataset(tmp_path, sha256=hashes(arrays())).files().n_classes == CLASSES


@pytest.mark.parametrize("part", ["train", "test"])
def test_exchanged_images_and_labels_are_refused(tmp_path: Path, part: str) -> None:
    paths = write(tmp_path, arrays())
    images, labels = paths[f"{part}_images"], paths[f"{part}_labels"]
    contents = images.read_bytes()
    images.write_bytes(labels.read_bytes())
    labels.write_bytes(contents)
    check_refused(
        idx_dataset(tmp_path).files, f"{images}: this is a file of labels, expected images"
    )


@pytest.mark.parametrize(
    ("key", "images", "labels"),
    [
        ("train_images", N - 1, N),
        ("train_labels", N, N - 1),
        ("test_images", TEST_N - 1, TEST_N),
        ("test_labels", TEST_N, TEST_N - 1),
    ],
)
def test_different_numbers_of_images_and_labels_are_refused(
    tmp_path: Path, key: str, images: int, labels: int
) -> None:
    contents = arrays()
    contents[key] = contents[key][:-1]
    write(tmp_path, contents)
    check_refused(idx_dataset(tmp_path).files, tmp_path, f"{images} images but {labels} labels")


@pytest.mark.parametrize("part", ["train", "test"])
def test_files_without_examples_are_refused(tmp_path: Path, part: str) -> None:
    contents = arrays()
    for kind in ("images", "labels"):
        contents[f"{part}_{kind}"] = contents[f"{part}_{kind}"][:0]
    write(tmp_path, contents)
    check_refused(
        idx_dataset(tmp_path).files, tmp_path, "files have no images, expected at least 1"
    )


def test_test_images_with_another_shape_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {**arrays(), "test_images": arrays()["test_images"].reshape(-1, 2, 1)})
    check_refused(idx_dataset(tmp_path).files, tmp_path, "2 x 1 pixels, expected 1 x 2")


def test_images_without_pixels_are_refused(tmp_path: Path) -> None:
    empty = {key: arrays()[key][:, :, :0] for key in ("train_images", "test_images")}
    write(tmp_path, {**arrays(), **empty})
    check_refused(idx_dataset(tmp_path).files, tmp_path, "1 x 0 pixels, expected at least 1 x 1")


def test_a_test_label_that_training_lacks_is_refused(tmp_path: Path) -> None:
    contents = arrays()
    contents["test_labels"][3] = CLASSES
    write(tmp_path, contents)
    check_refused(
        idx_dataset(tmp_path).files,
        tmp_path / FILES["test_labels"],
        f"label {CLASSES}, expected 0 to {CLASSES - 1} as in training",
    )


def test_a_file_and_its_gzipped_copy_can_be_there_together(tmp_path: Path, folder: Path) -> None:
    for suffix in ("", ".gz"):
        write(tmp_path, arrays(), suffix=suffix)
    assert idx_dataset(tmp_path).files().sha256 == idx_dataset(folder).files().sha256


def test_a_file_and_a_gzipped_one_that_differ_are_refused(tmp_path: Path) -> None:
    write(tmp_path, arrays())
    other = arrays()["train_labels"][::-1]
    path = write(tmp_path, {"train_labels": other}, suffix="")["train_labels"]
    check_refused(idx_dataset(tmp_path).files, f"{path}: differs from {path.name}.gz beside it")
