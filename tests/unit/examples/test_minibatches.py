"""Mini-batches: every example once per epoch, in an order that the generator decides."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from idx_files import CLASSES, idx_dataset, numbers

from experiments.examples import Dataset, Split, minibatches


def one_epoch(dataset: Dataset, batch_size: int, rng: np.random.Generator) -> list[Split]:
    labels = np.arange(CLASSES)
    return [
        Split(images.copy(), (targets @ labels).astype(int), targets.copy())
        for images, targets in minibatches(dataset.train, batch_size, rng=rng)
    ]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.integers(1, 150), st.integers(1, 90))
def test_an_epoch_has_each_example_once(folder: Path, size: int, batch_size: int) -> None:
    dataset = idx_dataset(folder, train_size=size).load(np.float32)
    batches = one_epoch(dataset, batch_size, np.random.default_rng(size))
    sizes = [len(batch.images) for batch in batches]
    assert sizes[:-1] == [batch_size] * (len(batches) - 1)
    assert sizes[-1] == (size % batch_size or batch_size)
    label_of = dict(zip(numbers(dataset.train), dataset.train.labels.tolist(), strict=True))
    seen = [number for batch in batches for number in numbers(batch)]
    assert sorted(seen) == sorted(label_of)
    assert [label_of[number] for number in seen] == [
        label for batch in batches for label in batch.labels.tolist()
    ]


def test_the_order_depends_on_the_generator_only(folder: Path) -> None:
    dataset = idx_dataset(folder).load(np.float32)

    def order(batch_size: int, rng: np.random.Generator) -> list[int]:
        batches = one_epoch(dataset, batch_size, rng)
        return [number for batch in batches for number in numbers(batch)]

    rng = np.random.default_rng(1)
    first, second = order(10, rng), order(10, rng)
    assert first != second
    assert order(10, np.random.default_rng(1)) == first
    assert order(33, np.random.default_rng(1)) == first
    assert order(10, np.random.default_rng(2)) != first


def test_a_batch_size_beyond_all_memory_gives_one_batch(folder: Path) -> None:
    dataset = idx_dataset(folder, train_size=7).load(np.float32)
    (batch,) = one_epoch(dataset, 10**14, np.random.default_rng(0))
    assert sorted(numbers(batch)) == sorted(numbers(dataset.train))


@pytest.mark.parametrize("skip", [0, 1, 5, 7, 8, 20])
def test_skipped_batches_are_the_first_ones(folder: Path, skip: int) -> None:
    split = idx_dataset(folder, train_size=75).load(np.float32).train

    def batches(skip: int) -> list[bytes]:
        rng = np.random.default_rng(3)
        return [images.tobytes() for images, _ in minibatches(split, 10, rng=rng, skip=skip)]

    assert batches(skip) == batches(0)[skip:]
