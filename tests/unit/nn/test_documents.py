"""Mistakes in the five documents: what is printed fails, what is right agrees with our network.

docs/backpropagation.md lists documents and mistakes. `test_published_numbers` has those about
printed numbers. Derivatives are judged by finite differences.
"""

import copy
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from idx_files import idx_dataset
from networks import batch, network

from experiments.configuration import PROJECT
from experiments.examples import Split
from experiments.training.diagnostics import diagnose
from nn import CrossEntropyCost, LeCunNormal, Network, Output, QuadraticCost, ReLU, Sigmoid

SIZES = (6, 5, 4, 3)
QUADRATIC, CROSS_ENTROPY = QuadraticCost(Output.sigmoid), CrossEntropyCost(Output.softmax)


def by_differences(net: Network, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the gradient by central differences, one parameter after the other."""
    found = []
    for p in range(len(net.parameters)):
        costs = []
        for step in (1e-6, -2e-6):
            net.parameters[p] += step
            costs.append(net.loss.value(net.logits(inputs), targets))
        net.parameters[p] += 1e-6
        found.append((costs[0] - costs[1]) / 2e-6)
    return np.array(found)


def layers(net: Network, flat: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return the gradients of the weights and of the biases in a vector."""
    other = copy.deepcopy(net)
    other.gradient[:] = flat
    return other.weight_gradients, other.bias_gradients


def agree(one: object, other: object) -> bool:
    return np.allclose(np.asarray(one, float), np.asarray(other, float), rtol=1e-5, atol=1e-8)


# Sigmoid and quadratic cost (000, 002, 003, 004)

Slope = Callable[[np.ndarray, int], np.ndarray]


def right(a: np.ndarray, layer: int) -> np.ndarray:
    return a * (1 - a)


def not_differentiated(a: np.ndarray, layer: int) -> np.ndarray:
    """000: sigma(Z) for sigma'(Z)."""
    return a


def left_out_in_hidden_layers(a: np.ndarray, layer: int) -> np.ndarray:
    """003, the first lines of its matrix form."""
    return right(a, layer) if layer == len(SIZES) - 1 else np.ones_like(a)


def of_another_neuron_in_the_last_row(a: np.ndarray, layer: int) -> np.ndarray:
    """004: sigma'(z_k) in the row of neuron m."""
    slope = right(a, layer)
    if layer < len(SIZES) - 1:
        slope[-1] = slope[0]
    return slope


def by_columns(
    net: Network,
    slope: Slope,
    *,
    error: Callable[[np.ndarray, np.ndarray], np.ndarray] = np.subtract,
) -> np.ndarray:
    """Return the gradient as documents with columns compute it, example by example.

    ``slope`` stands for sigma'(z), and ``error`` for dC/da.
    """
    inputs, targets = batch(SIZES, 4)
    weights, biases = layers(net, np.zeros_like(net.gradient))
    for x, y in zip(inputs, targets, strict=True):
        activations = [x]
        for w, b in zip(net.weights, net.biases, strict=True):
            activations.append(1 / (1 + np.exp(-(w.T @ activations[-1] + b))))
        delta = error(activations[-1], y) * slope(activations[-1], len(net.weights))
        for layer in reversed(range(len(net.weights))):
            weights[layer] += np.outer(delta, activations[layer]).T / len(inputs)
            biases[layer] += delta / len(inputs)
            if layer:
                delta = net.weights[layer] @ delta * slope(activations[layer], layer)
    return np.concatenate([each.ravel() for each in weights + biases])


def sigmoids() -> Network:
    return network(SIZES, activation=Sigmoid(), loss=QUADRATIC)


@pytest.mark.parametrize(
    "printed",
    [not_differentiated, left_out_in_hidden_layers, of_another_neuron_in_the_last_row],
)
def test_the_slope_belongs_to_its_own_neuron_in_every_layer(printed: Slope) -> None:
    net, examples = sigmoids(), batch(SIZES, 4)
    net.backward(*examples)
    expected = by_differences(net, *examples)
    assert agree(net.gradient, expected)
    assert agree(by_columns(net, right), expected)
    assert not agree(by_columns(net, printed), expected)


def test_004_nabla_has_a_derivative_for_each_output() -> None:
    """Its second component is the derivative by the first output again."""

    def printed(a: np.ndarray, y: np.ndarray) -> np.ndarray:
        error = a - y
        error[1] = error[0]
        return error

    net = sigmoids()
    expected = by_differences(net, *batch(SIZES, 4))
    assert agree(by_columns(net, right), expected)
    assert not agree(by_columns(net, right, error=printed), expected)


@pytest.mark.parametrize(("divisor", "factor"), [(1, 2), (SIZES[-1], 2 / SIZES[-1])])
def test_003_a_square_has_a_factor_of_two_in_its_derivative(divisor: float, factor: float) -> None:
    a, y = np.array([0.2, 0.7, 0.4]), np.array([0.0, 1.0, 0.0])
    for j, step in enumerate(1e-6 * np.eye(3)):
        costs = [np.sum((a + sign * step - y) ** 2) / divisor for sign in (1, -1)]
        derivative = (costs[0] - costs[1]) / 2e-6
        assert derivative == pytest.approx(factor * (a - y)[j])
        assert derivative != pytest.approx((a - y)[j], rel=0.1)


def test_the_weights_of_a_layer_have_the_outer_product() -> None:
    """000, 002, 003, 004: dC/dW is delta a^T for columns, and a^T delta for rows."""
    net = network((5, 5), loss=QUADRATIC)
    (inputs, targets) = batch((5, 5), 1)
    net.backward(inputs, targets)
    delta, a = net.bias_gradients[0][:, None], inputs.T  # columns
    expected, _ = layers(net, by_differences(net, inputs, targets))
    assert agree(net.weight_gradients[0], expected[0])
    assert agree((delta @ a.T).T, expected[0])
    assert (delta.T @ a).shape == (1, 1)  # 000: a row times a column, although the sizes are equal
    with pytest.raises(ValueError, match="matmul"):
        delta @ a  # 002: dC/dz times a_prev
    j, k = 2, 3  # 004: dC/dw_jk = a_k delta_j
    assert agree(expected[0][k, j], a[k, 0] * delta[j, 0])


def test_000_each_example_has_its_own_activations() -> None:
    """In its equations 5 and 6 the activations are those of one example in all terms."""
    net = network((4, 3), loss=QUADRATIC)
    inputs, targets = batch((4, 3), 5)
    (expected,), _ = layers(net, by_differences(net, inputs, targets))
    delta = np.empty((5, 3))
    net.loss.gradient(net.logits(inputs), targets, delta)
    assert agree(inputs.T @ delta, expected)
    for one in inputs:
        assert not agree(np.outer(one, delta.sum(axis=0)), expected)


def test_000_a_row_taken_from_a_column_is_a_matrix() -> None:
    """NumPy broadcasts the update of its equation 8 without a message."""
    column, row = np.zeros((3, 1)), np.ones((1, 3))
    assert (column - 0.5 * row).shape == (3, 3)
    net = sigmoids()
    for biases, gradient in zip(net.biases, net.bias_gradients, strict=True):
        assert biases.shape == gradient.shape


def test_a_weighted_input_depends_on_one_activation_by_one_weight() -> None:
    """000: dZ_m/dA_p is written term by term with dA_1, dA_2, ..., and so is the sum of weights."""
    net = network((4, 3))
    inputs, _ = batch((4, 3), 1)
    step = 1e-3 * np.eye(4)[[2]]  # p = 2
    derivative = (net.logits(inputs + step) - net.logits(inputs - step))[0] / 2e-3
    assert agree(derivative, net.weights[0][2])
    assert not agree(derivative, net.weights[0].sum(axis=0))


def test_a_weight_acts_on_one_weighted_input_of_its_layer() -> None:
    """003: of the sum over i in dC/dw_ab one term is left, i = a. The same is true of a bias."""
    inputs, _ = batch((4, 3), 5)
    for changed, place in (("weights", (1, 2)), ("biases", (2,))):
        net = network((4, 3))
        before = net.logits(inputs)
        getattr(net, changed)[0][place] += 0.5
        assert np.flatnonzero((net.logits(inputs) != before).any(axis=0)).tolist() == [2]


def test_003_sums_over_neurons_begin_with_neuron_0() -> None:
    net, (inputs, targets) = sigmoids(), batch(SIZES, 1)
    _, expected = layers(net, by_differences(net, inputs, targets))
    net.backward(inputs, targets)
    delta, weights = net.bias_gradients[-1], net.weights[-1]
    a = net.activations(inputs)[-2][0]
    assert agree(weights @ delta * a * (1 - a), expected[-2])
    assert not agree(weights[:, 1:] @ delta[1:] * a * (1 - a), expected[-2])


def test_003_biases_have_the_sum_over_examples() -> None:
    net, examples = sigmoids(), batch(SIZES, 4)
    net.backward(*examples)
    _, expected = layers(net, by_differences(net, *examples))
    delta = np.empty((4, SIZES[-1]))
    net.loss.gradient(net.logits(examples[0]), examples[1], delta)
    assert agree(delta.sum(axis=0), expected[-1])
    assert delta.sum(axis=1).shape != expected[-1].shape
    assert delta.sum() != pytest.approx(expected[-1][0], rel=0.1)


def test_004_a_weighted_input_is_a_sum_over_the_layer_before() -> None:
    net = network((4, 3), loss=QUADRATIC)
    x = batch((4, 3), 1)[0]
    (w,), (b,), a = net.weights, net.biases, net.predict(x)[0]
    for j in range(3):
        z = sum(w[k, j] * x[0, k] for k in range(4)) + b[j]
        assert a[j] == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-12)
        printed = sum(w[k, j] * a[j] for k in range(4)) + b[j]  # a_j of the same layer
        assert a[j] != pytest.approx(1 / (1 + np.exp(-printed)), rel=1e-3)
        assert np.shape(w[:, j] * x[0, j] + b[j]) == (4,)  # a_j, one number of the layer before


def test_002_the_derivative_by_an_activation_is_not_that_of_the_function() -> None:
    """W delta is dC/da. The slope is da/dz, not dz/da."""
    net = network((4, 3), loss=QUADRATIC)
    a, targets = batch((4, 3), 1)  # activations of a hidden layer
    net.backward(a, targets)
    by_activation = net.weights[0] @ net.bias_gradients[0]
    for k, step in enumerate(1e-6 * np.eye(4)):
        costs = [net.loss.value(net.logits(a + sign * step), targets) for sign in (1, -1)]
        assert by_activation[k] == pytest.approx((costs[0] - costs[1]) / 2e-6, rel=1e-6)
    assert not agree(by_activation, (a * (1 - a))[0])
    up, down = (1 / (1 + np.exp(-z)) for z in (0.7 + 1e-6, 0.7 - 1e-6))
    slope = np.ones(1)
    Sigmoid().multiply_by_derivative(slope, np.array([(up + down) / 2]), np.empty(1))
    assert slope[0] == pytest.approx((up - down) / 2e-6, rel=1e-6)
    assert slope[0] != pytest.approx(2e-6 / (up - down), rel=0.1)


def test_002_a_row_of_the_transposed_weights_belongs_to_a_hidden_neuron() -> None:
    """Its transposed weights of the outputs are our weights."""
    net = network((30, 10), loss=QUADRATIC)
    a, targets = batch((30, 10), 1)  # activations of the hidden layer
    net.backward(a, targets)
    (transposed,), (delta,) = net.weights, net.bias_gradients
    assert transposed.shape == (30, 10)
    for k, row in enumerate(transposed):
        step = 1e-6 * np.eye(30)[[k]]
        costs = [net.loss.value(net.logits(a + sign * step), targets) for sign in (1, -1)]
        assert row @ delta == pytest.approx((costs[0] - costs[1]) / 2e-6, rel=1e-5, abs=1e-8)
        for other in transposed[:k]:
            assert other @ delta != pytest.approx(row @ delta, rel=1e-4)


def test_002_a_sum_is_multiplied_by_one_over_2n() -> None:
    net, (inputs, targets) = sigmoids(), batch(SIZES, 4)
    squares = np.sum((net.predict(inputs) - targets) ** 2)
    assert QUADRATIC.value(net.logits(inputs), targets) == pytest.approx(squares * (1 / 8))
    assert squares / (1 / 8) == pytest.approx(64 * squares * (1 / 8))  # to divide by it


# ReLU and softmax (001)


def test_001_every_output_acts_on_a_hidden_layer() -> None:
    """Its equations 22c to 22f have the term of one output; the sum over all is missing."""
    net = network(SIZES, activation=ReLU(), loss=CROSS_ENTROPY, seed=16)
    x, y = batch(SIZES, 1)
    net.backward(x, y)
    weights, biases = layers(net, by_differences(net, x, y))
    _, w2, w3 = net.weights
    a1, a2, _ = (each[0] for each in net.activations(x))
    f1, f2, error = np.sign(a1), np.sign(a2), (net.predict(x) - y)[0]
    assert 0 < f1[:3].sum() < 3
    assert 0 < f2[:3].sum() < 3
    right2, terms2 = f2 * (w3 @ error), f2[:, None] * w3 * error
    right1, terms1 = f1 * (w2 @ right2), f1[:, None] * (w2 @ (f2[:, None] * w3)) * error
    assert agree(right2, biases[1])  # 22d
    assert agree(right1, biases[0])  # 22f
    assert agree(np.outer(a1, right2), weights[1])  # 22c
    assert agree(np.outer(x[0], right1), weights[0])  # 22e
    assert agree(net.gradient, np.concatenate([g.ravel() for g in weights + biases]))
    for j in range(3):  # the term of output j, as printed in 22d and 22f
        assert not agree(terms2[:, j], biases[1])
        assert not agree(terms1[:, j], biases[0])
    diagonal = np.arange(3)  # 22c and 22e: output j for neuron j
    assert not agree(np.outer(a1, terms2[diagonal, diagonal]), weights[1][:, :3])
    assert not agree(np.outer(x[0], terms1[diagonal, diagonal]), weights[0][:, :3])


def test_001_a_mean_over_examples_has_a_sum_over_examples() -> None:
    logits, targets = np.random.default_rng(0).normal(0, 2, (3, 5)), np.eye(5)[[1, 4, 0]]
    each = -np.sum(targets * np.log(CROSS_ENTROPY.activations(logits)), axis=1)
    assert CROSS_ENTROPY.value(logits, targets) == pytest.approx(each.sum() / 3, rel=1e-13)
    assert all(one / 3 != pytest.approx(each.sum() / 3, rel=0.01) for one in each)  # as in 14


def test_001_the_derivative_of_a_weighted_input_is_not_that_of_the_cost() -> None:
    """Its equation 18a is dz_j/dw_ij = a_i; the error of neuron j is missing for dC/dw_ij."""
    net = network((4, 3), loss=CROSS_ENTROPY)
    a, y = batch((4, 3), 1)
    (expected,), _ = layers(net, by_differences(net, a, y))
    error = (net.predict(a) - y)[0]
    assert agree(np.outer(a[0], error), expected)
    assert not any(agree(a[0], expected[:, j]) for j in range(3))


def test_001_the_third_weights_lead_to_the_outputs() -> None:
    hidden, outputs = network((784, 128, 64, 10)).weights[1:]
    assert hidden.shape == (128, 64)  # between the hidden layers, as is said of the others
    assert outputs.shape == (64, 10)


def test_001_a_weighted_input_is_not_one_term_of_its_sum() -> None:
    net = network((64, 10))
    a, _ = batch((64, 10), 1)
    (weights,), (biases,), z = net.weights, net.biases, net.logits(a)[0, 1]
    assert z == pytest.approx(sum(a[0, k] * weights[k, 1] for k in range(64)) + biases[1])
    assert z != pytest.approx(a[0, 2] * weights[2, 1] + biases[1], rel=0.01)
    weights[2, 1] += 1e-3
    assert net.logits(a)[0, 1] - z == pytest.approx(1e-3 * a[0, 2])


def test_001_the_derivative_of_a_quotient_is_no_quotient_of_derivatives() -> None:
    z = np.array([0.3, -1.0, 0.8])
    e, total = np.exp(z), np.exp(z).sum()
    for i in range(3):
        for j, step in enumerate(1e-6 * np.eye(3)):
            up, down = (np.exp(z + s)[i] / np.exp(z + s).sum() for s in (step, -step))
            derivative = (up - down) / 2e-6
            same = float(i == j)
            by_rule = (same * e[i] * total - e[i] * e[j]) / total**2
            assert derivative == pytest.approx(by_rule, rel=1e-6)
            assert derivative != pytest.approx(same * e[i] / e[j], abs=0.01)


def test_001_softmax_has_no_elementwise_derivative() -> None:
    """20a and 22b take one term, da_j/dz_j dC/da_j, for the sum over all outputs."""
    z, y = np.array([[0.3, -1.0, 0.8]]), np.array([[0.0, 1.0, 0.0]])
    a, delta = CROSS_ENTROPY.activations(z), np.empty_like(z)
    CROSS_ENTROPY.gradient(z, y, delta)
    one_term = a * (1 - a) * (-y / a)
    for j, step in enumerate(1e-6 * np.eye(3)):
        costs = [CROSS_ENTROPY.value(z + sign * step, y) for sign in (1, -1)]
        assert delta[0, j] == pytest.approx((costs[0] - costs[1]) / 2e-6, rel=1e-6)
    assert agree(delta, a - y)
    assert not agree(one_term, delta)
    assert one_term[0, [0, 2]].tolist() == [0, 0]  # all outputs but one would never learn


def test_001_vector_forms_need_transposes_and_elementwise_products() -> None:
    a, error, w = np.ones((1, 4)), np.ones((1, 3)), np.ones((4, 3))
    with pytest.raises(ValueError, match="matmul"):
        a @ error  # dC/dW of the last layer
    with pytest.raises(ValueError, match="matmul"):
        w @ error  # dC/dA of the layer before
    with pytest.raises(ValueError, match="matmul"):
        (a > 0) @ (error @ w.T)  # times the slope
    assert (a.T @ error).shape == w.shape
    assert ((a > 0) * (error @ w.T)).shape == a.shape


# Outputs and inputs (000, 002)


def test_sigmoid_outputs_are_no_distribution() -> None:
    """000 and 002 call them probabilities; those of 000's example sum to 3.6."""
    printed = np.array([[0.4, 0.3, 0.7, 0.1, 0.0, 0.2, 0.9, 0.1, 0.5, 0.4]])
    with np.errstate(divide="ignore"):
        logits = np.maximum(np.log(printed) - np.log(1 - printed), -1000)
    assert agree(QUADRATIC.activations(logits), printed)
    assert QUADRATIC.activations(logits).sum() == pytest.approx(3.6)
    assert CROSS_ENTROPY.activations(logits).sum() == pytest.approx(1, rel=1e-15)


@pytest.fixture(scope="module")
def digits() -> Split:
    """Return 200 images of MNIST."""
    source = idx_dataset(PROJECT / "data" / "mnist", train_size=200)
    return source.load(np.float64).train


def test_000_every_digit_has_an_output_and_digit_3_has_the_fourth(digits: Split) -> None:
    printed, largest = [0, 1, 2, 3, 5, 6, 7, 8, 9], 6  # the output of 0.9 is said to be a 6
    assert printed[largest] == 7
    assert digits.targets.shape[1] == 10
    for digit in range(10):
        assert set(digits.targets[digits.labels == digit].argmax(axis=1).tolist()) == {digit}
    assert digits.targets[digits.labels == 3][0].tolist().index(1) + 1 == 4


def test_000_pixels_from_0_to_255_saturate_the_first_layer(digits: Split) -> None:
    net = network((784, 20, 10, 10), activation=Sigmoid(), initializer=LeCunNormal(0.0))
    assert digits.images.max() == 1
    assert diagnose(net, digits)["saturated/1"] == 0
    assert diagnose(net, replace(digits, images=255 * digits.images))["saturated/1"] > 0.9
