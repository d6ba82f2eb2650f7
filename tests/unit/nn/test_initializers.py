"""Initial weights: their distributions, and different random numbers in each layer."""

import itertools
import math

import numpy as np
import pytest
from networks import network

from nn import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    Initializer,
    LeCunNormal,
    StandardNormal,
)

STANDARD_DEVIATIONS = {
    StandardNormal: lambda n_in, n_out: 1.0,
    LeCunNormal: lambda n_in, n_out: math.sqrt(1 / n_in),
    GlorotNormal: lambda n_in, n_out: math.sqrt(2 / (n_in + n_out)),
    GlorotUniform: lambda n_in, n_out: math.sqrt(2 / (n_in + n_out)),
    HeNormal: lambda n_in, n_out: math.sqrt(2 / n_in),
}
INITIALIZERS = list(STANDARD_DEVIATIONS)
N_IN, N_OUT = 400, 250


@pytest.mark.parametrize("kind", INITIALIZERS)
def test_mean_and_standard_deviation(kind: type[Initializer]) -> None:
    std = STANDARD_DEVIATIONS[kind](N_IN, N_OUT)
    weights = kind(0.0).weights(N_IN, N_OUT, rng=np.random.default_rng(1))
    assert weights.shape == (N_IN, N_OUT)
    assert weights.dtype == np.float64
    # Five standard errors of the two statistics, with n = 100,000.
    assert weights.mean() == pytest.approx(0, abs=5 * std / math.sqrt(weights.size))
    assert weights.std() == pytest.approx(std, rel=5 / math.sqrt(2 * weights.size))


@pytest.mark.parametrize("kind", [StandardNormal, LeCunNormal, GlorotNormal, HeNormal])
def test_tails_of_normal_weights(kind: type[Initializer]) -> None:
    weights = kind(0.0).weights(N_IN, N_OUT, rng=np.random.default_rng(2))
    beyond_two_sigma = np.mean(np.abs(weights) > 2 * weights.std())
    assert beyond_two_sigma == pytest.approx(0.0455, abs=0.003)


def test_uniform_weights_fill_their_range() -> None:
    limit = math.sqrt(6 / (N_IN + N_OUT))
    weights = GlorotUniform(0.0).weights(N_IN, N_OUT, rng=np.random.default_rng(3))
    assert -limit <= weights.min() < -0.999 * limit
    assert 0.999 * limit < weights.max() <= limit


@pytest.mark.parametrize("kind", INITIALIZERS)
def test_bias_standard_deviation(kind: type[Initializer]) -> None:
    biases = kind(0.3).biases(20_000, rng=np.random.default_rng(4))
    assert biases.shape == (20_000,)
    assert biases.mean() == pytest.approx(0, abs=5 * 0.3 / math.sqrt(20_000))
    assert biases.std() == pytest.approx(0.3, rel=5 / math.sqrt(40_000))
    assert not kind(0.0).biases(100, rng=np.random.default_rng(4)).any()


@pytest.mark.parametrize("kind", INITIALIZERS)
def test_layers_are_drawn_independently(kind: type[Initializer]) -> None:
    drawn = network((40, 40, 40, 40), initializer=kind(1.0), seed=5)
    for one, other in itertools.combinations([w.ravel() for w in drawn.weights], 2):
        assert not np.intersect1d(one, other).size
        assert abs(np.corrcoef(one, other)[0, 1]) < 5 / math.sqrt(one.size)
    for one, other in itertools.combinations(drawn.biases, 2):
        assert not np.intersect1d(one, other).size


@pytest.mark.parametrize("kind", INITIALIZERS)
def test_layers_of_different_sizes_are_drawn_independently(kind: type[Initializer]) -> None:
    """In document 001 all layers have the same sequence of numbers, scaled to each size."""
    sizes = (30, 20, 20, 10)
    layers = network(sizes, initializer=kind(0.0), seed=6).weights
    from_one_seed = [
        kind(0.0).weights(*shape, rng=np.random.default_rng(6))
        for shape in itertools.pairwise(sizes)
    ]
    for i, j in itertools.combinations(range(3), 2):
        np.testing.assert_allclose(
            unscaled(kind, from_one_seed[i]), unscaled(kind, from_one_seed[j]), rtol=1e-12
        )
        assert not np.isclose(unscaled(kind, layers[i]), unscaled(kind, layers[j]), rtol=1e-6).any()


def unscaled(kind: type[Initializer], weights: np.ndarray) -> np.ndarray:
    """Return the first 200 weights of a layer in standard deviations."""
    n_in, n_out = weights.shape
    return weights.ravel()[:200] / STANDARD_DEVIATIONS[kind](n_in, n_out)


@pytest.mark.parametrize("kind", INITIALIZERS)
def test_the_generator_decides_the_weights(kind: type[Initializer]) -> None:
    first, same, other = (
        network((5, 4, 3), initializer=kind(1.0), seed=seed) for seed in (7, 7, 8)
    )
    np.testing.assert_array_equal(first.parameters, same.parameters)
    assert np.all(first.parameters != other.parameters)


@pytest.mark.parametrize("kind", INITIALIZERS)
@pytest.mark.parametrize("bias_std", [-0.5, math.inf, math.nan])
def test_bias_std_out_of_range_is_refused(kind: type[Initializer], bias_std: float) -> None:
    with pytest.raises(ValueError, match=f"bias_std must be zero or positive, not {bias_std}$"):
        kind(bias_std)
