"""The check of gradients finds wrong gradients and measures their error."""

import numpy as np
import pytest

from nn.gradcheck import directional_error


@pytest.mark.parametrize(
    ("factor", "expected"), [(0.9, 0.1), (0.999, 0.001), (1.25, 0.2), (-1, 2), (0, 1)]
)
def test_the_check_measures_the_error_of_a_wrong_factor(factor: float, expected: float) -> None:
    parameters = np.array([1.0, -2.0, 3.0])
    kept = parameters.copy()
    error = directional_error(
        lambda: float(parameters @ parameters),
        parameters,
        factor * 2 * parameters,
        rng=np.random.default_rng(0),
    )
    assert error == pytest.approx(expected, rel=1e-6)
    np.testing.assert_array_equal(parameters, kept)


def test_the_check_notices_one_wrong_component() -> None:
    parameters = np.arange(1.0, 101.0)
    gradient = 2 * parameters
    gradient[17] *= -1
    rng = np.random.default_rng(0)
    assert (
        directional_error(lambda: float(parameters @ parameters), parameters, gradient, rng=rng)
        > 1e-3
    )
