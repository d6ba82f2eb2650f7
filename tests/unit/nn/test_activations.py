"""Activations: values, derivatives, both tails, and computing in place."""

import networks
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nn import Activation, Identity, LeakyReLU, ReLU, Sigmoid, Tanh

ACTIVATIONS = [*networks.ACTIVATIONS, LeakyReLU(0.5)]


def apply(activation: Activation, z: np.ndarray) -> np.ndarray:
    a = z.copy()
    activation.apply(a)
    return a


def times_derivative(activation: Activation, delta: np.ndarray, z: np.ndarray) -> np.ndarray:
    product = delta.copy()
    activation.multiply_by_derivative(product, apply(activation, z), np.full_like(z, np.nan))
    return product


@pytest.mark.parametrize(
    ("activation", "at_minus_2", "at_0", "at_2"),
    [
        (Sigmoid(), 0.11920292202211755, 0.5, 0.8807970779778823),
        (Tanh(), -0.9640275800758169, 0, 0.9640275800758169),
        (ReLU(), 0, 0, 2),
        (LeakyReLU(0.01), -0.02, 0, 2),
        (Identity(), -2, 0, 2),
    ],
)
def test_values(activation: Activation, at_minus_2: float, at_0: float, at_2: float) -> None:
    values = apply(activation, np.array([-2.0, 0.0, 2.0]))
    np.testing.assert_allclose(values, [at_minus_2, at_0, at_2], rtol=1e-15)


@pytest.mark.parametrize(
    ("activation", "derivative"),
    [(Sigmoid(), 0.25), (Tanh(), 1), (ReLU(), 0), (LeakyReLU(0.01), 0.01), (Identity(), 1)],
)
def test_derivative_at_zero(activation: Activation, derivative: float) -> None:
    for zero in (0.0, -0.0):
        assert times_derivative(activation, np.ones(1), np.array([zero])) == derivative


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_delta_is_multiplied_by_the_derivative(activation: Activation) -> None:
    z = np.linspace(-6, 6, 48).reshape(6, 8)  # without zero
    delta = np.random.default_rng(0).standard_normal(z.shape)
    h = 1e-6
    slope = (apply(activation, z + h) - apply(activation, z - h)) / (2 * h)
    product = times_derivative(activation, delta, z)
    np.testing.assert_allclose(product, delta * slope, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_the_derivative_does_not_change_the_activations(activation: Activation) -> None:
    a = apply(activation, np.linspace(-3, 3, 12))
    kept = a.copy()
    activation.multiply_by_derivative(np.ones(12), a, np.empty(12))
    np.testing.assert_array_equal(a, kept)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("activation", "values", "derivatives"),
    [
        (Sigmoid(), [0, 1], [0, 0]),
        (Tanh(), [-1, 1], [0, 0]),
        (ReLU(), [0, 1000], [0, 1]),
        (LeakyReLU(0.25), [-250, 1000], [0.25, 1]),
        (Identity(), [-1000, 1000], [1, 1]),
    ],
)
def test_tails_are_exact(
    activation: Activation, values: list[float], derivatives: list[float], dtype: type
) -> None:
    z = np.array([-1000, 1000], dtype)
    np.testing.assert_array_equal(apply(activation, z), np.array(values, dtype), strict=True)
    product = times_derivative(activation, np.ones(2, dtype), z)
    np.testing.assert_array_equal(product, np.array(derivatives, dtype), strict=True)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
@given(
    z=hnp.arrays(
        np.float32, hnp.array_shapes(max_dims=2), elements=st.floats(-(2.0**13), 2.0**13, width=32)
    )
)
def test_activations_increase_with_slopes_between_zero_and_one(
    activation: Activation, z: np.ndarray
) -> None:
    by_input = np.argsort(z, axis=None)
    assert np.all(np.diff(apply(activation, z).ravel()[by_input]) >= 0)
    slopes = times_derivative(activation, np.ones_like(z), z)
    assert slopes.shape == z.shape
    assert np.all((slopes >= 0) & (slopes <= 1))


@pytest.mark.parametrize("slope", [-0.1, 0, 1, 1.5, np.nan])
def test_slope_out_of_range_is_refused(slope: float) -> None:
    with pytest.raises(ValueError, match=rf"slope must be above 0 and below 1, not {slope}$"):
        LeakyReLU(slope)
