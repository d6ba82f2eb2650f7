"""Networks without activation functions are affine maps."""

import numpy as np
import pytest

from experiments.errors import UserError
from experiments.replicating.affine import collapsed, largest_difference
from nn import Activation, GlorotNormal, Identity, Network, QuadraticCost, Sigmoid


def network(activation: Activation, sizes: list[int]) -> Network:
    return Network(
        sizes,
        activation=activation,
        loss=QuadraticCost("sigmoid"),  # type: ignore[arg-type] - a name is accepted
        initializer=GlorotNormal(bias_std=1.0),
        rng=np.random.default_rng(0),
        dtype=np.float64,
    )


@pytest.mark.parametrize("sizes", [[5, 3], [5, 4, 3], [5, 4, 6, 3]])
def test_layers_without_activations_are_one_affine_map(sizes: list[int]) -> None:
    linear = network(Identity(), sizes)
    inputs = np.random.default_rng(1).standard_normal((20, 5))
    whole = collapsed(linear)
    assert whole.weights.shape == (5, 3)
    np.testing.assert_allclose(whole(inputs), linear.logits(inputs), rtol=1e-12)
    assert largest_difference(linear, inputs) < 1e-14


def test_the_map_of_two_layers_by_hand() -> None:
    linear = network(Identity(), [1, 1, 1])
    linear.parameters[:] = 2, 3, 5, 7  # two weights, then two biases
    whole = collapsed(linear)
    assert (whole.weights.item(), whole.biases.item()) == (6, 22)


def test_other_activations_are_refused() -> None:
    with pytest.raises(UserError, match="only networks with the identity"):
        collapsed(network(Sigmoid(), [5, 4, 3]))
