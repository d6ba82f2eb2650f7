"""The data set as conf/ describes it: MNIST itself, sizes, and a folder of the user's."""

import dataclasses
import hashlib
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from idx_files import CLASSES, TEST_N, N, arrays, check_refused, idx, idx_dataset, write

from experiments.configuration import PROJECT, build, compose
from experiments.data import Subset

MNIST = PROJECT / "data" / "mnist"
MNIST_SHA256 = {
    "train_images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train_labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "test_images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "test_labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MNIST_COUNTS = {
    "train_labels": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    "test_labels": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
}
PIXELS = np.arange(256) / 255
"""The pixel of each byte."""


def test_mnist_has_the_published_images_and_counts() -> None:
    files = idx_dataset(MNIST, sha256=MNIST_SHA256).files()
    assert files.train_images.shape == (60_000, 28, 28)
    assert files.test_images.shape == (10_000, 28, 28)
    assert (files.n_pixels, files.n_classes) == (784, 10)
    for key, counts in MNIST_COUNTS.items():
        assert np.bincount(getattr(files, key)).tolist() == counts
    for key, digest in MNIST_SHA256.items():
        assert hashlib.sha256(idx(getattr(files, key))).hexdigest() == digest


def test_mnist_is_split_into_50000_10000_10000() -> None:
    mnist = idx_dataset(MNIST, sha256=MNIST_SHA256, validation_size=10_000)
    dataset, files = mnist.load(np.float32), mnist.files()
    sizes = [len(split) for split in (dataset.train, dataset.validation, dataset.test)]
    assert sizes == [50_000, 10_000, 10_000]
    together = np.concatenate([dataset.train.labels, dataset.validation.labels])
    assert np.bincount(together).tolist() == MNIST_COUNTS["train_labels"]
    expected = PIXELS.astype(np.float32)[files.test_images.reshape(-1, 784)]
    assert np.array_equal(dataset.test.images, expected)
    assert np.array_equal(dataset.test.labels, files.test_labels)


NO_TRAINING = "dataset.validation_size={} and at least 1 other image; dataset.validation_size"


@pytest.mark.parametrize(
    ("train_size", "validation_size", "message"),
    [
        (501, 100, "100 validation images and dataset.train_size=501; dataset.train_size"),
        (1, N, NO_TRAINING.format(N)),
        (None, N, NO_TRAINING.format(N)),
        (None, N + 1, NO_TRAINING.format(N + 1)),
        (10**12, 1, f"1 validation images and dataset.train_size={10**12}; dataset.train_size"),
    ],
)
def test_more_images_than_there_are_cannot_be_requested(
    folder: Path, train_size: int | None, validation_size: int, message: str
) -> None:
    requested = idx_dataset(folder, train_size=train_size, validation_size=validation_size)
    most = N - 1 if validation_size >= N else N - validation_size
    check_refused(
        lambda: requested.load(np.float32),
        f"{folder}: {N} training images are too few for {message} can be at most {most}",
    )


def test_one_image_cannot_be_cut(tmp_path: Path) -> None:
    one = {key: array[:1] * 0 for key, array in arrays().items()}
    write(tmp_path, one)
    check_refused(
        idx_dataset(tmp_path, validation_size=1).check_sizes,
        f"{tmp_path}: 1 training image is too few",
        "expected at least 2",
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"train_size": 0}, "train_size must be at least 1 image, not 0"),
        ({"validation_size": 0}, "validation_size must be at least 1 image, not 0"),
        ({"split_seed": -1}, "split_seed must be zero or positive, not -1"),
        ({"first_label": -1}, "first_label must be from 0 to 255, not -1"),
        ({"first_label": 256}, "first_label must be from 0 to 255, not 256"),
        ({"classes": ["a", "b", "a"]}, "classes has the name 'a' twice; each needs its own"),
        ({"root": "~/d"}, f"root=~/d: ~ is not expanded here; write {Path.home()}/d"),
        ({"root": "http://a/b"}, "root=http://a/b: it has to be a folder, not an address"),
        ({"root": ""}, "root is empty; it has to be the folder that has the four files"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        dataclasses.replace(idx_dataset(Path("nowhere")), **options)


def test_classes_have_their_names_or_their_labels(folder: Path) -> None:
    assert idx_dataset(folder, first_label=7).class_names(3) == ["7", "8", "9"]
    names = ["a", "b", "c", "d", "e"]
    named = idx_dataset(folder, classes=names)
    named.check_classes()
    assert named.class_names(CLASSES) == names
    check_refused(
        idx_dataset(folder, classes=names[:4]).check_classes,
        f"{folder}: the files have 5 classes, but dataset.classes has 4 names; expected 5 names",
    )


def test_the_example_of_the_page_of_tasks_reads_the_letters_of_emnist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (PROJECT / "docs" / "usage.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^    \S+/python run\.py (.* dataset\.root=.*)$", page, re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    labels = {"train": np.arange(26 * 400) % 26 + 1, "test": np.arange(26) + 1}
    for part, each in labels.items():
        images = np.zeros((len(each), 28, 28), np.uint8)
        contents = {f"{part}_images": images, f"{part}_labels": each.astype(np.uint8)}
        write(Path("my/letters"), contents)
    experiment = build(compose(shlex.split(line)))
    assert experiment.sizes[-1] == experiment.dataset.files().n_classes == 26
    test = experiment.dataset.load(experiment.dtype).test
    assert test.labels.tolist() == list(range(26))
    assert test.targets.shape == (26, 26)


def test_a_folder_of_the_users(folder: Path) -> None:
    experiment = build(
        compose(
            [
                "dataset=folder",
                f"dataset.root={folder}",
                "dataset.validation_size=50",
                "dataset.train_size=70",
                f"architecture.sizes=[2,{CLASSES}]",
            ]
        )
    )
    source = experiment.dataset
    assert (source.name, source.root, source.subset) == ("folder", str(folder), Subset.stratified)
    loaded = source.load(experiment.dtype)
    sizes = [len(split) for split in (loaded.train, loaded.validation, loaded.test)]
    assert sizes == [70, 50, TEST_N]
    assert loaded.sha256 == idx_dataset(folder).files().sha256
