"""Numbers printed in the five documents and in Nielsen's book, reproduced or refuted.

docs/backpropagation.md lists the documents 000 to 004; 001 is Huang's.
"""

import itertools

import numpy as np
import pytest
from networks import network

from experiments.verifying.huang import TRAINED_7, UNTRAINED_5
from nn import (
    SGD,
    Adam,
    CrossEntropyCost,
    GlorotUniform,
    LeCunNormal,
    Loss,
    Output,
    QuadraticCost,
    ReLU,
    Sigmoid,
)
from nn.losses import softmax

EVERY_DTYPE = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@pytest.mark.parametrize(
    ("sizes", "weights", "parameters"),
    [
        pytest.param((784, 20, 10, 10), 15_980, 16_020, id="000"),
        pytest.param((784, 128, 64, 10), 109_184, 109_386, id="001"),
        pytest.param((784, 30, 10), 23_820, 23_860, id="002"),
        pytest.param((784, 32, 32, 10), 26_432, 26_506, id="003"),
    ],
)
def test_parameter_counts(sizes: tuple[int, ...], weights: int, parameters: int) -> None:
    made = network(sizes)
    assert made.n_weights == weights
    assert made.parameters.size == made.gradient.size == parameters


def test_sizes_as_printed_have_other_numbers_of_weights() -> None:
    """002 prints 768 inputs, and 003 a neuron more in each layer."""
    assert network((768, 30, 10)).n_weights != 23_820
    assert network((785, 33, 33, 11)).n_weights != 26_432


@EVERY_DTYPE
def test_softmax_of_document_001(dtype: type) -> None:
    probabilities = softmax(np.array([[2, 1, 0.1]], dtype))
    np.testing.assert_allclose(probabilities, [[0.659001, 0.242433, 0.098566]], atol=5e-7)
    logarithms = np.log([[2, 1, 0.1]])  # its conclusion says that softmax uses a logarithm
    assert not np.allclose(probabilities, logarithms / logarithms.sum(), atol=0.1)


@EVERY_DTYPE
def test_cost_and_output_error_of_document_001_table_3(dtype: type) -> None:
    loss = CrossEntropyCost(Output.softmax)
    logits, targets = np.log([UNTRAINED_5]).astype(dtype), np.eye(10, dtype=dtype)[[5]]
    np.testing.assert_allclose(loss.activations(logits), [UNTRAINED_5], rtol=1e-6)
    assert loss.value(logits, targets) == pytest.approx(3.155682, abs=1e-6)
    error = np.empty_like(logits)
    loss.gradient(logits, targets, error)
    printed = [0.0821, 0.0673, 0.1621, 0.1712, 0.1180, -0.9574, 0.1039, 0.1133, 0.0792, 0.0603]
    np.testing.assert_allclose(error, [printed], atol=5.1e-5)


def test_gradients_of_document_001_table_4_have_another_hidden_layer_than_it_prints() -> None:
    """Each row of weights is an activation times the output error; the biases have the error.

    The activations that it prints for the second hidden layer are those of the first.
    """
    error = np.subtract(UNTRAINED_5, np.eye(10)[5])
    shown = [0, 1, 2, 3, 9]
    for printed in ([0.030, 0.025, 0.059, 0.063, 0.022], [0.008, 0.006, 0.015, 0.016, 0.006]):
        activation = error[shown] @ printed / (error[shown] @ error[shown])
        np.testing.assert_allclose(activation * error[shown], printed, atol=6e-4)
        assert activation > 0.09  # it prints 0.065 and 0.000
    biases = [0.082, 0.067, 0.162, 0.104]
    np.testing.assert_allclose(biases[:3], error[:3], atol=5.1e-4)
    assert biases[3] != pytest.approx(error[3], abs=0.06)
    assert biases[3] == pytest.approx(error[6], abs=5e-4)  # that of digit 6


@EVERY_DTYPE
def test_cost_of_document_001_table_6(dtype: type) -> None:
    probabilities = np.array([TRAINED_7])
    # They are printed in single precision and do not sum to one; scale all but the largest.
    others = np.arange(10) != 7
    probabilities[:, others] *= (1 - TRAINED_7[7]) / probabilities[:, others].sum()
    logits, targets = np.log(probabilities).astype(dtype), np.eye(10, dtype=dtype)[[7]]
    loss = CrossEntropyCost(Output.softmax)
    assert loss.activations(logits)[0, 7] == pytest.approx(TRAINED_7[7], abs=6e-8)
    one_unit = float(np.finfo(dtype).eps)  # of the sum of probabilities
    assert loss.value(logits, targets) == pytest.approx(8.34e-7, abs=one_unit, rel=1e-4)


def adam_steps(gradients: list[float]) -> list[float]:
    """Return by how much each gradient moved a parameter, with the constants of document 001."""
    adam = Adam(1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8)
    parameters = np.zeros(1)
    state = adam.init(parameters)
    places = [0.0]
    for gradient in gradients:
        adam.step(parameters, np.array([gradient]), state, 1e-3)
        places.append(parameters.item())
    return np.diff(places).tolist()


@pytest.mark.parametrize("gradient", [0.082, -0.957, 1e-4, -1e-6, 25.0])
def test_adams_first_step_is_the_learning_rate(gradient: float) -> None:
    (step,) = adam_steps([gradient])
    assert step == pytest.approx(-1e-3 * gradient / (abs(gradient) + 1e-8), rel=1e-12)
    assert abs(step) == pytest.approx(1e-3, rel=0.011)
    assert abs(step) != pytest.approx(7.441e-4, rel=0.1)  # printed in document 001 for every step


@pytest.mark.parametrize("gradient", [0.082, 0.162])
def test_the_step_of_document_001_is_the_second_of_adam_after_a_gradient_of_zero(
    gradient: float,
) -> None:
    first, second = adam_steps([0.0, gradient])
    assert first == 0
    assert second == pytest.approx(-7.44137e-4, rel=1e-6)


def test_layers_of_document_001_share_one_seed_and_ours_do_not() -> None:
    """Its printed weights, divided by the Glorot limits, are one sequence in all three layers."""
    sizes = (784, 128, 64, 10)
    limits = [np.sqrt(6 / (m + n)) for m, n in itertools.pairwise(sizes)]
    np.testing.assert_allclose(limits, [0.08111, 0.17678, 0.28475], rtol=1e-4)
    printed = [
        [-0.043, 0.008, 0.025, 0.049],
        [-0.095, 0.017, 0.055, 0.106],
        [-0.153, 0.027, 0.088, 0.171],
    ]
    made = network(sizes, initializer=GlorotUniform(0.0), dtype=np.float32)
    theirs = [np.divide(row, limit) for row, limit in zip(printed, limits, strict=True)]
    ours = [w[0, :4] / limit for w, limit in zip(made.weights, limits, strict=True)]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        np.testing.assert_allclose(theirs[i], theirs[j], atol=0.01)
        assert np.abs(ours[i] - ours[j]).max() > 0.1


def test_relu_has_no_slope_at_zero() -> None:
    """0 as in TensorFlow, PyTorch and document 001's code, not 1 as in its equation 18b."""
    dead = network((3, 4, 2), activation=ReLU(), initializer=LeCunNormal(0.0))
    dead.weights[0][:] = 0
    dead.backward(np.ones((1, 3)), np.array([[1.0, 0.0]]))
    assert not dead.weight_gradients[0].any()
    assert not dead.bias_gradients[0].any()
    np.testing.assert_array_equal(dead.bias_gradients[1], [-0.5, 0.5])


def train_toy_neuron(loss: Loss, start: tuple[float, float], *, learning_rate: float) -> np.ndarray:
    """Return the outputs of Nielsen's neuron (ch. 3): input 1, target 0, 300 epochs."""
    neuron = network((1, 1), activation=Sigmoid(), loss=loss)
    neuron.parameters[:] = start
    optimizer = SGD(learning_rate)
    state = optimizer.init(neuron.parameters)
    inputs, targets = np.ones((1, 1)), np.zeros((1, 1))
    outputs = [neuron.predict(inputs).item()]
    for _ in range(300):
        neuron.backward(inputs, targets)
        optimizer.step(neuron.parameters, neuron.gradient, state, learning_rate)
        outputs.append(neuron.predict(inputs).item())
    return np.array(outputs)


def test_a_saturated_neuron_learns_slowly_from_the_quadratic_cost() -> None:
    cost = QuadraticCost(Output.sigmoid)
    good = train_toy_neuron(cost, (0.6, 0.9), learning_rate=0.15)
    bad = train_toy_neuron(cost, (2.0, 2.0), learning_rate=0.15)
    assert good[0] == pytest.approx(0.82, abs=0.005)
    assert bad[0] == pytest.approx(0.98, abs=0.005)
    assert good[300] == pytest.approx(0.09, abs=0.005)
    assert bad[300] == pytest.approx(0.20, abs=0.005)
    assert good[0] - good[50] > 0.4
    assert bad[0] - bad[150] < 0.05  # almost no change in the first 150 epochs
    assert bad[0] - bad[1] < 0.03 * (good[0] - good[1])


def test_a_saturated_neuron_learns_fastest_from_the_cross_entropy() -> None:
    cost = CrossEntropyCost(Output.sigmoid)
    good = train_toy_neuron(cost, (0.6, 0.9), learning_rate=0.005)
    bad = train_toy_neuron(cost, (2.0, 2.0), learning_rate=0.005)
    assert good[0] == pytest.approx(0.82, abs=0.005)
    assert bad[0] == pytest.approx(0.98, abs=0.005)
    good_costs, bad_costs = -np.log(1 - good), -np.log(1 - bad)
    # A larger error gives faster learning, so the cost falls most steeply at the beginning.
    assert bad_costs[0] - bad_costs[1] > 1.2 * (good_costs[0] - good_costs[1])
    assert np.all(np.diff(bad_costs, 2) > 0)
    quadratic = train_toy_neuron(QuadraticCost(Output.sigmoid), (2.0, 2.0), learning_rate=0.15)
    falls = -np.diff(quadratic**2 / 2)
    assert falls.argmax() > 150  # in the first 150 epochs the quadratic cost falls slowly
