"""The spatial autocorrelation of weights."""

import numpy as np
import pytest

from experiments.errors import UserError
from experiments.replicating.strokes import autocorrelation, permuted

EVERY = np.ones(9, bool)


def test_moran_by_hand() -> None:
    """A bar in the middle row: its deviations are 2/3 and -1/3; 12 pairs, of which 2 in the bar."""
    bar = np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]], float).reshape(9, 1)
    products = 2 * (4 / 9) + 4 * (1 / 9) + 6 * (-2 / 9)
    assert autocorrelation(bar, EVERY) == pytest.approx([9 / 12 * products / 2])


def test_a_checkerboard_is_the_opposite_of_smooth() -> None:
    board = (np.indices((4, 4)).sum(axis=0) % 2).reshape(16, 1).astype(float)
    assert autocorrelation(board, np.ones(16, bool)) == pytest.approx([-1])


def test_pixels_that_are_not_used_do_not_count() -> None:
    weights = np.arange(9.0).reshape(9, 1)
    used = np.arange(9) != 4
    other = weights.copy()
    other[4] = 1000
    assert autocorrelation(weights, used) == pytest.approx(autocorrelation(other, used))


def test_random_weights_have_none_and_shuffling_removes_it() -> None:
    rng = np.random.default_rng(0)
    used = np.ones(784, bool)
    noise = rng.standard_normal((784, 50))
    assert abs(autocorrelation(noise, used).mean()) < 0.02
    smooth = noise.reshape(28, 28, 50).cumsum(axis=0).cumsum(axis=1).reshape(784, 50)
    assert autocorrelation(smooth, used).min() > 0.7
    assert abs(autocorrelation(permuted(smooth, used, rng), used).mean()) < 0.05


def test_shuffling_keeps_unused_pixels_and_the_values() -> None:
    weights = np.arange(18.0).reshape(9, 2)
    used = np.arange(9) > 2
    shuffled = permuted(weights, used, np.random.default_rng(0))
    assert np.array_equal(shuffled[:3], weights[:3])
    assert not np.array_equal(shuffled, weights)
    assert sorted(map(tuple, shuffled)) == sorted(map(tuple, weights))


def test_pixels_that_make_no_square_are_refused() -> None:
    with pytest.raises(UserError, match="do not make a square image"):
        autocorrelation(np.ones((8, 1)), np.ones(8, bool))
