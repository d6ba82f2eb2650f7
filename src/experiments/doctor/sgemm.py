"""The speed of matrix products in single precision (BLAS: sgemm), measured on one thread."""

import statistics
import time

import numpy as np
from threadpoolctl import threadpool_limits

SIZE = 512
"""Rows and columns of the matrices. All three fit into the cache of most cores."""
DURATION = 0.2
"""Seconds of the measurement."""
AT_LEAST = 3
"""Products that are measured on the slowest machine."""


def sgemm_speed() -> float:
    """Return the median speed of products of two matrices, in GFlop/s."""
    a, b = np.random.default_rng(0).random((2, SIZE, SIZE), dtype=np.float32)
    out = np.empty_like(a)
    with threadpool_limits(limits=1, user_api="blas"):
        np.matmul(a, b, out=out)
        seconds: list[float] = []
        while len(seconds) < AT_LEAST or sum(seconds) < DURATION:
            begin = time.perf_counter()
            np.matmul(a, b, out=out)
            seconds.append(time.perf_counter() - begin)
    return 2 * SIZE**3 / statistics.median(seconds) / 1e9
