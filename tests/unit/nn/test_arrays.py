"""The arrays of parameters: zeros that start on a cache line."""

import numpy as np
import pytest

from nn.arrays import CACHE_LINE, zeros


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [0, 1, 7, 16, 1000, 1001])
def test_zeros_start_on_a_cache_line(n: int, dtype: type) -> None:
    kept = [zeros(n, dtype) for _ in range(20)]  # at once, so that they have different addresses
    for array in kept:
        assert array.shape == (n,)
        assert array.dtype == dtype
        assert not array.any()
        assert array.ctypes.data % CACHE_LINE == 0 or n == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 16, 1001])
def test_every_row_of_zeros_starts_on_a_cache_line(n: int, dtype: type) -> None:
    array = zeros((3, n), dtype)
    assert array.shape == (3, n)
    assert not array.any()
    assert {row.ctypes.data % CACHE_LINE for row in array} == {0}
    array[:] = [[1], [2], [3]]
    assert array.tolist() == [[1.0] * n, [2.0] * n, [3.0] * n]


def test_zeros_share_no_memory() -> None:
    one, other = zeros(50, np.float32), zeros(50, np.float32)
    one[:] = 1
    assert not other.any()
