"""Splits: disjoint, complete, reproducible, and stratified subsets."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idx_files import CLASSES, TEST_N, N, arrays, idx_dataset, numbers
from properties import trials

from experiments.data import Subset

PIXELS = np.arange(256) / 255
"""The pixel of each byte."""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_split_keeps_images_labels_and_targets_together(folder: Path, dtype: type) -> None:
    dataset = idx_dataset(folder).load(dtype)
    contents = arrays()
    images = np.concatenate([contents["train_images"], contents["test_images"]])
    labels = np.concatenate([contents["train_labels"], contents["test_labels"]])
    for split in (dataset.train, dataset.validation, dataset.test):
        rows = numbers(split)
        assert split.images.dtype == split.targets.dtype == dtype
        assert np.array_equal(split.images, PIXELS.astype(dtype)[images[rows].reshape(-1, 2)])
        assert split.labels.tolist() == labels[rows].tolist()
        one_hot = [[float(label == k) for k in range(CLASSES)] for label in labels[rows]]
        assert split.targets.tolist() == one_hot


def test_splits_are_disjoint_and_complete(folder: Path) -> None:
    dataset = idx_dataset(folder, validation_size=150).load(np.float32)
    assert len(dataset.validation) == 150
    assert sorted(numbers(dataset.train) + numbers(dataset.validation)) == list(range(N))
    assert numbers(dataset.test) == list(range(N, N + TEST_N))


def test_the_cut_depends_on_its_seed_only(folder: Path) -> None:
    first = idx_dataset(folder, split_seed=3).load(np.float32)
    again = idx_dataset(folder, split_seed=3).load(np.float64)
    other = idx_dataset(folder, split_seed=4).load(np.float32)
    smaller = idx_dataset(folder, split_seed=3, train_size=20).load(np.float32)
    assert numbers(again.train) == numbers(first.train)
    assert numbers(again.validation) == numbers(first.validation)
    assert numbers(smaller.validation) == numbers(first.validation)
    assert set(numbers(other.validation)) != set(numbers(first.validation))
    assert numbers(first.train) != sorted(numbers(first.train))


def test_without_a_shuffle_the_last_images_are_the_validation_set(folder: Path) -> None:
    cut = {"shuffle": False, "validation_size": 150}
    whole = idx_dataset(folder, **cut).load(np.float32)
    assert numbers(whole.train) == list(range(N - 150))
    assert numbers(whole.validation) == list(range(N - 150, N))
    leading = idx_dataset(folder, **cut, train_size=77, subset=Subset.leading).load(np.float32)
    assert numbers(leading.train) == list(range(77))
    assert numbers(leading.validation) == numbers(whole.validation)


def test_a_leading_subset_is_the_first_examples(folder: Path) -> None:
    whole = idx_dataset(folder).load(np.float32)
    dataset = idx_dataset(folder, train_size=77, subset=Subset.leading).load(np.float32)
    assert numbers(dataset.train) == numbers(whole.train)[:77]


@trials(100)
@given(st.data(), st.integers(1, N - 1), st.integers(0, 5))
def test_a_stratified_subset_rounds_shares_by_the_largest_remainder(
    folder: Path, data: st.DataObject, validation_size: int, split_seed: int
) -> None:
    size = data.draw(st.integers(1, N - validation_size))
    cut = {"validation_size": validation_size, "split_seed": split_seed}
    whole = idx_dataset(folder, **cut).load(np.float32).train
    subset = idx_dataset(folder, **cut, train_size=size).load(np.float32).train
    position = {number: i for i, number in enumerate(numbers(whole))}
    kept = [position[number] for number in numbers(subset)]
    assert len(kept) == size
    assert kept == sorted(set(kept))
    counts = np.bincount(whole.labels, minlength=CLASSES).tolist()
    keeps = np.bincount(subset.labels, minlength=CLASSES).tolist()
    shares = [Fraction(count * size, len(whole)) for count in counts]
    up, down = [Fraction(1)], [Fraction(0)]
    for share, keep in zip(shares, keeps, strict=True):
        assert keep in (math.floor(share), math.ceil(share))
        if share.denominator > 1:
            (up if keep > share else down).append(share % 1)
    assert min(up) >= max(down)


@pytest.mark.parametrize("subset", Subset)
def test_all_training_examples_can_be_requested(folder: Path, subset: Subset) -> None:
    dataset = idx_dataset(folder, train_size=500, subset=subset).load(np.float32)
    assert numbers(dataset.train) == numbers(idx_dataset(folder).load(np.float32).train)


def test_the_same_cut_is_made_once_and_cannot_be_written_to(folder: Path) -> None:
    first, again = (idx_dataset(folder, split_seed=3).load(np.float32) for _ in range(2))
    assert again is first
    assert idx_dataset(folder, split_seed=4).load(np.float32) is not first
    for split in (first.train, first.validation, first.test):
        for array in (split.images, split.labels, split.targets):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0
