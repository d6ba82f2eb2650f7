"""The forward pass by hand, against numbers from calculators and against the network."""

import math
from typing import Any

import numpy as np
import pytest
from networks import ACTIVATIONS, LOSSES, batch, network

from experiments.verifying import by_hand
from nn import Activation, CrossEntropyCost, Loss, Output, QuadraticCost

SIZES = (5, 4, 3)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_activations_by_their_formulas(activation: Activation) -> None:
    points = np.array([[-700.0, -1.5, 0.0, 0.25, 700.0]])
    expected = points.copy()
    activation.apply(expected)
    found = [by_hand.activate(activation, z) for z in points[0]]
    assert found == pytest.approx(expected[0].tolist(), rel=1e-12, abs=1e-16)


class Cubed(Activation):
    """An activation of the user."""

    def __repr__(self) -> str:
        return "Cubed()"

    def apply(self, z: Any) -> None:
        z **= 3

    def multiply_by_derivative(self, delta: Any, a: Any, scratch: Any) -> None:
        delta *= 3 * np.cbrt(a) ** 2


def test_an_activation_of_the_user_is_its_own_function() -> None:
    assert by_hand.activate(Cubed(), 2.0) == 8.0
    assert not by_hand.knows(Cubed())
    assert all(map(by_hand.knows, ACTIVATIONS))


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("activation", [*ACTIVATIONS, Cubed()], ids=str)
def test_logits_outputs_and_cost_are_those_of_the_network(
    activation: Activation, loss: Loss
) -> None:
    net = network(SIZES, activation=activation, loss=loss)
    images, targets = batch(SIZES, 3)
    for image, row in zip(images, net.logits(images), strict=True):
        z = by_hand.logits(net, image.tolist())
        assert z == pytest.approx(row.tolist(), rel=1e-12)
        assert by_hand.outputs(loss, z) == pytest.approx(loss.activations(row[None])[0].tolist())
    expected = loss.value(net.logits(images), targets)
    assert by_hand.mean_cost(net, images, targets) == pytest.approx(expected, rel=1e-12)


def test_the_penalty_is_that_of_all_weights_and_of_no_bias() -> None:
    net, (images, targets) = network(SIZES), batch(SIZES, 3)
    net.biases[0][:] = 5
    cost = by_hand.mean_cost(net, images, targets)
    assert cost is not None
    squares = sum(float(w**2) for w in net.parameters[: net.n_weights])
    assert by_hand.sum_of_squares(net) == pytest.approx(squares)
    with_penalty = by_hand.mean_cost(net, images, targets, penalty=0.5)
    assert with_penalty == pytest.approx(cost + 0.5 * squares)


def test_costs_of_a_calculator() -> None:
    assert by_hand.cost(CrossEntropyCost(Output.softmax), [0.0, math.log(3)], [1, 0]) == (
        pytest.approx(math.log(4))
    )
    assert by_hand.cost(CrossEntropyCost(Output.sigmoid), [0.0], [1]) == pytest.approx(math.log(2))
    assert by_hand.cost(QuadraticCost(Output.sigmoid), [0.0, 0.0], [1, 0]) == pytest.approx(0.25)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_huge_logits_give_finite_costs(loss: Loss) -> None:
    cost = by_hand.cost(loss, [1000.0, -1000.0], [0, 1])
    assert cost == pytest.approx(loss.value(np.array([[1000.0, -1000.0]]), np.array([[0.0, 1.0]])))


class OwnCost(QuadraticCost):
    """A cost of the user."""


def test_a_cost_of_the_user_is_not_known() -> None:
    net = network(SIZES, loss=OwnCost(Output.sigmoid))
    assert by_hand.mean_cost(net, *batch(SIZES, 3)) is None
