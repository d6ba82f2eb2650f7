"""Which images are classified correctly: one bit per image, and their number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import trials

from experiments.recording import correct_images, pack_correct


@trials(300)
@given(st.lists(st.booleans(), max_size=40))
def test_every_image_is_read_back(correct: list[bool]) -> None:
    packed = pack_correct(correct)
    assert len(packed) == 1 + -(-len(correct) // 8)
    found = correct_images(packed)
    assert found.dtype == bool
    assert found.tolist() == correct


def test_the_first_image_is_the_highest_bit_after_the_number_of_unused_bits() -> None:
    correct = np.array([True, False, False, False, False, False, False, True, True])
    assert pack_correct(correct) == bytes([7, 0b10000001, 0b10000000])


@pytest.mark.parametrize("value", [b"", b"\x01", b"\x08\xff", b"\xff\xff"])
def test_other_bytes_are_an_error(value: bytes) -> None:
    with pytest.raises(ValueError, match="does not say which images are classified correctly"):
        correct_images(value)
