"""Labels and classes: labels may begin with another number than 0, and every class occurs."""

from pathlib import Path

import numpy as np
import pytest
from damage import check_message
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from idx_files import CLASSES, arrays, check_refused, idx_dataset, write
from properties import trials

from experiments.data import FILES
from experiments.errors import DataError


def write_labels(root: Path, train: object, test: object) -> None:
    """Write a data set with the given labels."""
    contents = {"train_labels": train, "test_labels": test}
    labels = {key: np.array(each, np.uint8) for key, each in contents.items()}
    images = {
        key.replace("labels", "images"): np.zeros((len(each), 2, 2), np.uint8)
        for key, each in labels.items()
    }
    write(root, {**labels, **images}, suffix="")


@pytest.mark.parametrize("first_label", [0, 1, 7, 255 - CLASSES + 1])
def test_labels_that_begin_with_any_number_are_the_same_classes(
    tmp_path: Path, folder: Path, first_label: int
) -> None:
    moved = {
        key: array + np.uint8(first_label) if "labels" in key else array
        for key, array in arrays().items()
    }
    write(tmp_path, moved)
    dataset = idx_dataset(tmp_path, first_label=first_label)
    assert dataset.files().n_classes == CLASSES
    found, expected = dataset.load(np.float32), idx_dataset(folder).load(np.float32)
    for part in ("train", "validation", "test"):
        one, other = getattr(found, part), getattr(expected, part)
        assert np.array_equal(one.labels, other.labels)
        assert np.array_equal(one.targets, other.targets)
        assert np.array_equal(one.images, other.images)


def test_the_raw_labels_are_hashed(tmp_path: Path, folder: Path) -> None:
    moved = {k: a + np.uint8(1) if "labels" in k else a for k, a in arrays().items()}
    write(tmp_path, moved)
    hashed = idx_dataset(tmp_path, first_label=1).files().sha256
    assert hashed != idx_dataset(folder).files().sha256


@pytest.mark.parametrize("label", [0, 7])
def test_one_class_is_refused(tmp_path: Path, label: int) -> None:
    write_labels(tmp_path, [label] * 5, [label])
    path = tmp_path / FILES["train_labels"]
    message = f"{path}: every label is {label}; a classifier needs two classes or more"
    check_refused(idx_dataset(tmp_path).files, message)


def test_labels_that_begin_with_1_are_refused_with_the_option_that_is_right(
    tmp_path: Path,
) -> None:
    write_labels(tmp_path, [*range(1, 27), 3], [1, 26])
    path = tmp_path / FILES["train_labels"]
    check_refused(
        idx_dataset(tmp_path).files,
        f"{path}: class 0 never occurs: labels begin with 1;"
        " dataset.first_label=1 makes them classes 0 to 25",
    )
    assert idx_dataset(tmp_path, first_label=1).files().n_classes == 26


def test_labels_below_the_first_label_are_refused(tmp_path: Path) -> None:
    write_labels(tmp_path, [2, 0, 1], [1])
    path = tmp_path / FILES["train_labels"]
    check_refused(
        idx_dataset(tmp_path, first_label=1).files,
        f"{path}: label 0 is below dataset.first_label=1: labels begin with 0;"
        " dataset.first_label=0 makes them classes 0 to 2",
    )


@pytest.mark.parametrize(
    ("labels", "first_label", "message"),
    [
        (
            [0, 1, 3],
            0,
            "label 2 never occurs: labels go from 0 to 3; number the 3 classes from 0 to 2",
        ),
        (
            [3, 7],
            0,
            "labels 4, 5 and 6 never occur: labels go from 3 to 7; number the 2 classes from 0",
        ),
        (
            [3, 6],
            1,
            "labels 4 and 5 never occur: labels go from 3 to 6; number the 2 classes from 1 to 2",
        ),
        ([0, 255], 0, "labels 1, 2, 3, 4 and 250 more never occur: labels go from 0 to 255;"),
    ],
)
def test_labels_that_never_occur_are_named(
    tmp_path: Path, labels: list[int], first_label: int, message: str
) -> None:
    write_labels(tmp_path, labels * 2, labels)
    path = tmp_path / FILES["train_labels"]
    check_refused(idx_dataset(tmp_path, first_label=first_label).files, f"{path}: {message}")


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ([1, 0], "label 0, expected 1 to 3 as in training"),
        ([4, 4], "label 4, expected 1 to 3 as in training"),
        ([9, 0, 2, 8, 7, 6, 5], "labels 0, 5, 6, 7 and 2 more, expected 1 to 3 as in training"),
    ],
)
def test_test_labels_that_training_lacks_are_refused(
    tmp_path: Path, test: list[int], message: str
) -> None:
    write_labels(tmp_path, [1, 2, 3], test)
    path = tmp_path / FILES["test_labels"]
    check_refused(idx_dataset(tmp_path, first_label=1).files, f"{path}: {message}")


def test_test_labels_need_not_have_every_class(tmp_path: Path) -> None:
    write_labels(tmp_path, [1, 2, 3], [3])
    assert idx_dataset(tmp_path, first_label=1).files().test_labels.tolist() == [2]


@trials(100, allowed=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(0, 6) | st.integers(0, 255), min_size=1, max_size=12),
    st.lists(st.integers(0, 6), min_size=1, max_size=3),
    st.integers(0, 3),
)
def test_any_labels_are_classes_without_gaps_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, train: list[int], test: list[int], first_label: int
) -> None:
    root = tmp_path_factory.mktemp("labels")
    write_labels(root, train, test)
    try:
        files = idx_dataset(root, first_label=first_label).files()
    except DataError as error:
        check_message(error, f"{root}/")
        whole = {*range(first_label, max(train) + 1)}
        assert {*train} != whole or not {*test} <= whole or len({*train}) == 1
    else:
        assert {*files.train_labels.tolist()} == {*range(files.n_classes)}
        assert (files.train_labels + first_label).tolist() == train
        assert (files.test_labels + first_label).tolist() == test
