"""Five documents, five conventions for the cost and two layouts: one step of each equals ours.

A factor of the cost acts as a factor of the learning rate. A transposed layout gives a transposed
result.
"""

from collections.abc import Callable

import numpy as np
import pytest
from networks import batch, network

from nn import SGD, Network, Output, QuadraticCost, Sigmoid

SIZES = (7, 5, 6, 4)
EVERY_DOCUMENT = pytest.mark.parametrize(
    ("cost_of_one_example", "factor"),
    [
        pytest.param(lambda a, y: sum((a - y) ** 2) / 2, 1, id="000: 1/(2n) sum |output-actual|^2"),
        pytest.param(lambda a, y: sum((y - a) ** 2), 2, id="001, eq. 12: sum (y - a)^2"),
        pytest.param(lambda a, y: sum((y - a) ** 2) / 2, 1, id="002: 1/(2n) sum |y - a|^2"),
        pytest.param(lambda a, y: sum((a - y) ** 2) / len(a), 2 / SIZES[-1], id="003: 1/n_L sum"),
        pytest.param(lambda a, y: 0.5 * sum((y - a) ** 2), 1, id="004: 1/n sum 1/2 |y - a|^2"),
    ],
)
Cost = Callable[[np.ndarray, np.ndarray], float]


def our_network() -> Network:
    return network(SIZES, activation=Sigmoid(), loss=QuadraticCost(Output.sigmoid))


def sigma(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def derivative(cost: Cost, a: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return dC/da of one example by complex steps, which are exact for polynomials."""
    steps = 1e-30j * np.eye(len(a))
    return np.array([np.imag(cost(a + step, y)) / 1e-30 for step in steps])


def step_by_columns(
    weights: list[np.ndarray], biases: list[np.ndarray], cost: Cost, learning_rate: float
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return ``W [out, in]`` and ``b`` after one step, example by example (000, 002, 003, 004)."""
    inputs, targets = batch(SIZES, 6)
    new_weights, new_biases = [w.copy() for w in weights], [b.copy() for b in biases]
    for x, y in zip(inputs, targets, strict=True):
        activations = [x]
        for w, b in zip(weights, biases, strict=True):
            activations.append(sigma(w @ activations[-1] + b))
        error = derivative(cost, activations[-1], y)
        for layer in reversed(range(len(weights))):
            a = activations[layer + 1]
            delta = error * a * (1 - a)
            new_weights[layer] -= learning_rate / len(inputs) * np.outer(delta, activations[layer])
            new_biases[layer] -= learning_rate / len(inputs) * delta
            error = weights[layer].T @ delta
    return new_weights, new_biases


@EVERY_DOCUMENT
def test_each_cost_is_ours_times_a_factor(cost_of_one_example: Cost, factor: float) -> None:
    ours = our_network()
    inputs, targets = batch(SIZES, 6)
    theirs = np.mean(
        [cost_of_one_example(a, y) for a, y in zip(ours.predict(inputs), targets, strict=True)]
    )
    assert theirs == pytest.approx(
        factor * ours.loss.value(ours.logits(inputs), targets), rel=1e-13
    )


@EVERY_DOCUMENT
def test_the_factor_acts_on_the_learning_rate(cost_of_one_example: Cost, factor: float) -> None:
    ours = our_network()
    weights, biases = step_by_columns(
        [w.T for w in ours.weights], ours.biases, cost_of_one_example, 3.0 / factor
    )
    optimizer = SGD(3.0)
    ours.backward(*batch(SIZES, 6))
    optimizer.step(ours.parameters, ours.gradient, optimizer.init(ours.parameters), 3.0)
    for layer in range(len(weights)):
        np.testing.assert_allclose(ours.weights[layer], weights[layer].T, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(ours.biases[layer], biases[layer], rtol=1e-12, atol=1e-15)
