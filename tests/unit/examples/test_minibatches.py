"""Mini-batches: every example once per epoch, in an order that the generator decides."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import trials

from experiments.examples import Split, minibatches

CLASSES = 5


def examples(n: int) -> Split:
    """Return ``n`` examples, each recognised by its pixels, which contain its number."""
    numbers = np.arange(n)
    labels = numbers * 7 % CLASSES
    images = np.stack([numbers, labels], axis=1).astype(np.float32)
    return Split(images, labels, np.eye(CLASSES, dtype=np.float32)[labels])


def one_epoch(split: Split, batch_size: int, rng: np.random.Generator) -> list[list[int]]:
    """Return the numbers of the examples in each batch; check that the targets belong to them."""
    batches = []
    for images, targets in minibatches(split, batch_size, rng=rng):
        assert targets.argmax(axis=1).tolist() == images[:, 1].tolist()
        assert targets.sum(axis=1).tolist() == [1.0] * len(images)
        batches.append(images[:, 0].astype(int).tolist())
    return batches


@trials(100)
@given(st.integers(1, 150), st.integers(1, 90))
def test_an_epoch_has_each_example_once(n: int, batch_size: int) -> None:
    batches = one_epoch(examples(n), batch_size, np.random.default_rng(n))
    sizes = [len(batch) for batch in batches]
    assert sizes[:-1] == [batch_size] * (len(batches) - 1)
    assert sizes[-1] == (n % batch_size or batch_size)
    assert sorted(itertools.chain(*batches)) == list(range(n))


def test_the_order_depends_on_the_generator_only() -> None:
    split = examples(100)

    def order(batch_size: int, rng: np.random.Generator) -> list[int]:
        return list(itertools.chain(*one_epoch(split, batch_size, rng)))

    rng = np.random.default_rng(1)
    first, second = order(10, rng), order(10, rng)
    assert first != second
    assert order(10, np.random.default_rng(1)) == first
    assert order(33, np.random.default_rng(1)) == first
    assert order(10, np.random.default_rng(2)) != first


def test_a_batch_size_beyond_all_memory_gives_one_batch() -> None:
    (batch,) = one_epoch(examples(7), 10**14, np.random.default_rng(0))
    assert sorted(batch) == list(range(7))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_batches_have_the_type_of_the_examples(dtype: type) -> None:
    made = examples(7)
    split = Split(made.images.astype(dtype), made.labels, made.targets.astype(dtype))
    for images, targets in minibatches(split, 3, rng=np.random.default_rng(0)):
        assert images.dtype == targets.dtype == dtype


@pytest.mark.parametrize("skip", [0, 1, 5, 7, 8, 20])
def test_skipped_batches_are_the_first_ones(skip: int) -> None:
    split = examples(75)

    def batches(skip: int) -> list[bytes]:
        rng = np.random.default_rng(3)
        return [images.tobytes() for images, _ in minibatches(split, 10, rng=rng, skip=skip)]

    assert batches(skip) == batches(0)[skip:]


@pytest.mark.parametrize(("n", "batch_size", "skip"), [(7, 3, 0), (8, 4, 1), (9, 20, 0), (5, 2, 2)])
def test_several_generators_give_the_batches_of_each(n: int, batch_size: int, skip: int) -> None:
    split = examples(n)
    seeds = (4, 5, 6)

    def batches(rng: np.random.Generator | list[np.random.Generator]) -> list[list[np.ndarray]]:
        found = minibatches(split, batch_size, rng=rng, skip=skip)
        return [[images.copy(), targets.copy()] for images, targets in found]

    together = batches([np.random.default_rng(seed) for seed in seeds])
    for row, seed in enumerate(seeds):
        alone = batches(np.random.default_rng(seed))
        for found, expected in zip(together, alone, strict=True):
            for array, part in zip(found, expected, strict=True):
                np.testing.assert_array_equal(array[row], part)
