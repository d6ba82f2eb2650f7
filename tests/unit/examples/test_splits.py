"""Splits: their length is the number of examples, and they cannot be reassigned."""

from dataclasses import FrozenInstanceError

import pytest
from trainings import dataset, split


def test_the_length_of_a_split_is_the_number_of_examples() -> None:
    assert [len(split(n)) for n in (0, 1, 17)] == [0, 1, 17]


def test_the_arrays_of_a_split_are_fixed() -> None:
    data = dataset()
    with pytest.raises(FrozenInstanceError):
        data.train.images = data.test.images  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        data.train = data.test  # type: ignore[misc]
