"""The network in JAX: what it knows, and that it is the same network."""

import networks
import numpy as np
import pytest
import verified
from networks import LOSSES, batch, network

from experiments.verifying import jax_network
from nn import Activation, Loss, Output, QuadraticCost, Sigmoid

SIZES = (6, 5, 4, 3)


class OwnCost(QuadraticCost):
    """A cost of the user."""


class OwnActivation(Sigmoid):
    """An activation of the user."""


@pytest.mark.parametrize(("activation", "loss"), verified.EVERY, ids=str)
def test_every_class_in_conf_is_known_and_computed(activation: Activation, loss: Loss) -> None:
    assert jax_network.installed()
    assert jax_network.knows(activation, loss)
    net, (images, targets) = network(SIZES, activation=activation, loss=loss), batch(SIZES, 4)
    found = jax_network.compute(net, images, targets)
    assert found.gradient.dtype == found.outputs.dtype == np.float64
    np.testing.assert_allclose(found.outputs, net.predict(images), rtol=1e-12)
    assert found.cost == pytest.approx(loss.value(net.logits(images), targets), rel=1e-12)
    net.backward(images, targets)
    np.testing.assert_allclose(found.gradient, net.gradient, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_a_saturated_network_has_finite_numbers(loss: Loss) -> None:
    net, (images, targets) = network(SIZES, loss=loss), batch(SIZES, 4)
    net.weights[-1][:] *= 1e3
    found = jax_network.compute(net, images, targets)
    assert np.isfinite(found.gradient).all()
    assert found.cost == pytest.approx(loss.value(net.logits(images), targets), rel=1e-10)


def test_classes_of_the_user_are_not_known() -> None:
    assert not jax_network.knows(OwnActivation(), networks.CROSS_ENTROPY)
    assert not jax_network.knows(Sigmoid(), OwnCost(Output.sigmoid))
