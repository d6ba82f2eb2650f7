"""The network: shapes, views, batches of any size in any order, precision, invalid sizes."""

import copy
import itertools
import math
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import ACTIVATIONS, LOSSES, batch, network
from properties import trials

from nn import (
    Activation,
    Adam,
    CrossEntropyCost,
    GlorotUniform,
    Identity,
    LeakyReLU,
    Loss,
    Network,
    Output,
    ReLU,
    Sigmoid,
    Tanh,
)
from nn.network import PREDICTION_BATCH

EVERY_DTYPE = pytest.mark.parametrize("dtype", [np.float32, np.float64])

SIZES = st.lists(st.integers(1, 6), min_size=2, max_size=5)
ROWS = st.integers(1, 7)
SEEDS = st.integers(0, 2**32 - 1)
FUNCTIONS: dict[Activation, Callable[[float], float]] = {
    Sigmoid(): lambda z: 1 / (1 + math.exp(-z)),
    Tanh(): math.tanh,
    ReLU(): lambda z: max(z, 0),
    LeakyReLU(0.1): lambda z: z if z > 0 else 0.1 * z,
    Identity(): lambda z: z,
}
properties = trials(60)


def gradient(network: Network, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    network.backward(inputs, targets)
    return network.gradient.copy()


@properties
@given(sizes=SIZES, n=ROWS)
def test_shapes_and_shared_memory(sizes: list[int], n: int) -> None:
    net = network(sizes)
    inputs, targets = batch(sizes, n)
    assert net.forward(inputs).shape == net.logits(inputs).shape == (n, sizes[-1])
    assert net.predict(inputs).shape == (n, sizes[-1])
    assert gradient(net, inputs, targets).shape == net.parameters.shape
    assert net.n_weights == sum(w.size for w in net.weights)
    for flat, weights, biases in (
        (net.parameters, net.weights, net.biases),
        (net.gradient, net.weight_gradients, net.bias_gradients),
    ):
        assert [w.shape for w in weights] == list(itertools.pairwise(sizes))
        assert [b.shape for b in biases] == [(size,) for size in sizes[1:]]
        # Numbers written to the vector appear in the views: first the weights, then the biases.
        flat[:] = np.arange(flat.size)
        seen = np.concatenate([view.ravel() for view in (*weights, *biases)])
        np.testing.assert_array_equal(seen, np.arange(flat.size))
        assert all(np.shares_memory(flat, view) for view in (*weights, *biases))


@properties
@given(sizes=SIZES, n=ROWS, seed=SEEDS, activation=st.sampled_from(list(FUNCTIONS)))
def test_forward_equals_a_sum_for_every_neuron(
    sizes: list[int], n: int, seed: int, activation: Activation
) -> None:
    net = network(sizes, activation=activation)
    inputs, _ = batch(sizes, n, seed=seed)
    for x, logits in zip(inputs, net.logits(inputs), strict=True):
        a = x.tolist()
        for layer, (w, b) in enumerate(zip(net.weights, net.biases, strict=True), 2):
            z = [b[j] + math.fsum(a_i * w[i, j] for i, a_i in enumerate(a)) for j in range(len(b))]
            a = z if layer == len(sizes) else [FUNCTIONS[activation](z_j) for z_j in z]
        np.testing.assert_allclose(logits, a, rtol=1e-12, atol=1e-13)


@properties
@given(
    sizes=SIZES,
    n=ROWS,
    seed=SEEDS,
    loss=st.sampled_from(LOSSES),
    activation=st.sampled_from(ACTIVATIONS),
)
def test_the_gradient_of_a_batch_is_the_mean_over_its_examples(
    sizes: list[int], n: int, seed: int, loss: Loss, activation: Activation
) -> None:
    net = network(sizes, loss=loss, activation=activation)
    inputs, targets = batch(sizes, n, seed=seed)
    each = [gradient(net, x[None], y[None]) for x, y in zip(inputs, targets, strict=True)]
    together = gradient(net, inputs, targets)
    np.testing.assert_allclose(together, np.mean(each, axis=0), rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_duplicating_the_batch_changes_neither_cost_nor_gradient(loss: Loss) -> None:
    sizes = [8, 6, 5, 4]
    net = network(sizes, loss=loss)
    inputs, targets = batch(sizes, 5)
    twice = np.tile(inputs, (2, 1)), np.tile(targets, (2, 1))
    cost = loss.value(net.logits(inputs), targets)
    assert loss.value(net.logits(twice[0]), twice[1]) == pytest.approx(cost, rel=1e-13)
    np.testing.assert_allclose(
        gradient(net, *twice), gradient(net, inputs, targets), rtol=1e-11, atol=1e-15
    )


@properties
@given(rows=st.lists(ROWS, min_size=2, max_size=12))
def test_batches_of_alternating_sizes_use_no_stale_buffers(rows: list[int]) -> None:
    """Each batch size has its own buffers, and the least recently used ones are thrown away."""
    sizes = [6, 5, 4, 3]
    used = network(sizes)
    for seed, n in enumerate(rows):
        inputs, targets = batch(sizes, n, seed=seed)
        fresh = network(sizes)
        np.testing.assert_array_equal(used.forward(inputs), fresh.forward(inputs))
        np.testing.assert_array_equal(
            gradient(used, inputs, targets), gradient(fresh, inputs, targets)
        )


@pytest.mark.parametrize(
    "n",
    [0, 1, PREDICTION_BATCH - 1, PREDICTION_BATCH, PREDICTION_BATCH + 1, 3 * PREDICTION_BATCH + 7],
)
def test_prediction_of_many_rows_is_row_by_row(n: int) -> None:
    sizes = [5, 4, 3]
    net = network(sizes)
    inputs, _ = batch(sizes, n)
    together = net.predict(inputs)
    assert together.shape == (n, 3)
    rows = [net.predict(x[None])[0] for x in inputs]
    np.testing.assert_allclose(together, np.reshape(rows, (n, 3)), rtol=1e-12)


def test_results_are_not_overwritten_by_the_next_call() -> None:
    sizes = [5, 4, 3]
    net = network(sizes)
    first, second = batch(sizes, 6, seed=1)[0], batch(sizes, 6, seed=2)[0]
    logits, predictions = net.logits(first), net.predict(first)
    kept = logits.copy(), predictions.copy()
    net.predict(second)
    np.testing.assert_array_equal(logits, kept[0])
    np.testing.assert_array_equal(predictions, kept[1])


def test_only_the_gradient_is_written_by_backward() -> None:
    sizes = [5, 4, 4, 3]
    net = network(sizes)
    inputs, targets = batch(sizes, 6)
    kept = net.parameters.copy(), inputs.copy(), targets.copy()
    once = gradient(net, inputs, targets)
    np.testing.assert_array_equal(gradient(net, inputs, targets), once)  # not accumulated
    for now, before in zip((net.parameters, inputs, targets), kept, strict=True):
        np.testing.assert_array_equal(now, before)


def test_strided_inputs_give_the_same_gradient() -> None:
    sizes = [5, 4, 3]
    net = network(sizes)
    inputs, targets = batch(sizes, 12)
    strided = gradient(net, inputs[::2], targets[::2])
    contiguous = gradient(net, inputs[::2].copy(), targets[::2].copy())
    np.testing.assert_allclose(strided, contiguous, rtol=1e-13)


@properties
@given(sizes=SIZES, n=ROWS, seed=SEEDS)
def test_identity_layers_collapse_into_one_affine_map(sizes: list[int], n: int, seed: int) -> None:
    """Document 000: without activations the layers are one matrix and one vector."""
    net = network(sizes, activation=Identity())
    inputs, _ = batch(sizes, n, seed=seed)
    matrix, vector = np.eye(sizes[0]), np.zeros(sizes[0])
    for w, b in zip(net.weights, net.biases, strict=True):
        matrix, vector = matrix @ w, vector @ w + b
    np.testing.assert_allclose(net.logits(inputs), inputs @ matrix + vector, rtol=1e-9, atol=1e-11)


def test_with_other_activations_the_network_is_not_affine() -> None:
    sizes = [4, 5, 3]
    x, y = batch(sizes, 2)[0]
    for activation in (Sigmoid(), Tanh(), ReLU(), LeakyReLU(0.1)):
        net = network(sizes, activation=activation)
        corners = np.array([x + y, -x, -y, 0 * x])
        # For an affine map f(x + y) + f(-x) + f(-y) = 3 f(0).
        total = net.logits(corners)[:3].sum(axis=0)
        assert np.abs(total - 3 * net.logits(corners)[3]).max() > 0.01


@EVERY_DTYPE
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_precision_is_kept_everywhere(activation: Activation, loss: Loss, dtype: type) -> None:
    sizes = [5, 4, 3]
    net = network(sizes, activation=activation, loss=loss, dtype=dtype)
    inputs, targets = batch(sizes, 6, dtype=dtype)
    net.backward(inputs, targets)
    optimizer = Adam(0.1, beta1=0.9, beta2=0.99, epsilon=1e-8)
    state = optimizer.init(net.parameters)
    optimizer.step(net.parameters, net.gradient, state, 0.1)
    arrays = [
        net.parameters,
        net.gradient,
        *net.weights,
        *net.biases,
        *net.weight_gradients,
        *net.bias_gradients,
        net.forward(inputs),
        net.logits(inputs),
        net.predict(inputs),
        *state.moments.values(),
    ]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)}


def test_single_precision_is_the_default_and_starts_from_the_same_numbers() -> None:
    initializer, loss = GlorotUniform(0.5), CrossEntropyCost(Output.softmax)
    single, double = (
        Network(
            (5, 4, 3),
            activation=ReLU(),
            loss=loss,
            initializer=initializer,
            rng=np.random.default_rng(1),
            **precision,
        )
        for precision in ({}, {"dtype": np.float64})
    )
    assert single.parameters.dtype == np.float32
    rounded = double.parameters.astype(np.float32)
    np.testing.assert_array_equal(single.parameters, rounded, strict=True)


def test_gradients_agree_in_single_and_double_precision() -> None:
    sizes = [20, 8, 6, 4]
    inputs, targets = batch(sizes, 10)
    for loss in LOSSES:
        single = gradient(network(sizes, loss=loss, dtype=np.float32), inputs, targets)
        double = gradient(network(sizes, loss=loss), inputs, targets)
        assert np.linalg.norm(single - double) < 1e-5 * np.linalg.norm(double)


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_adam_fits_a_single_batch(activation: Activation, loss: Loss) -> None:
    sizes = [8, 16, 4]
    net = network(sizes, activation=activation, loss=loss)
    inputs, targets = batch(sizes, 6)
    optimizer = Adam(0.02, beta1=0.9, beta2=0.99, epsilon=1e-8)
    state = optimizer.init(net.parameters)
    costs = []
    for _ in range(400):
        net.backward(inputs, targets)
        optimizer.step(net.parameters, net.gradient, state, 0.02)
        costs.append(loss.value(net.logits(inputs), targets))
    assert costs[-1] < 0.1 * costs[0]
    np.testing.assert_array_equal(net.predict(inputs).argmax(axis=1), targets.argmax(axis=1))


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([], r"needs an input and an output layer, not sizes \[\]"),
        ([784], r"needs an input and an output layer, not sizes \[784\]"),
        ([0, 10], r"at least one neuron, not sizes \[0, 10\]"),
        ([784, 0, 10], r"at least one neuron, not sizes \[784, 0, 10\]"),
        ((784, 30, -1), r"at least one neuron, not sizes \[784, 30, -1\]"),
    ],
)
def test_invalid_sizes_are_refused(sizes: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        network(sizes)


@pytest.mark.parametrize("shape", [(2, 4), (2, 6), (5,), (1, 2, 5)])
def test_inputs_with_the_wrong_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"inputs must be \[n, 5\]"):
        network([5, 4, 3]).predict(np.ones(shape))


@pytest.mark.parametrize("shape", [(3,), (1, 3), (2, 1), (2, 4)])
def test_targets_are_not_broadcast(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"targets must be \(2, 3\)"):
        network([5, 4, 3]).backward(np.ones((2, 5)), np.ones(shape))


@pytest.mark.parametrize("dtype", [np.int32, np.float16, bool])
def test_other_dtypes_are_refused(dtype: type) -> None:
    with pytest.raises(ValueError, match="dtype must be float32 or float64"):
        network([5, 4, 3], dtype=dtype)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_is_independent_and_complete(duplicate: Callable[[Network], Network]) -> None:
    net = network([5, 4, 3])
    inputs, targets = batch([5, 4, 3], 6)
    expected = net.predict(inputs)
    twin = duplicate(net)
    net.parameters[:] = 0
    np.testing.assert_array_equal(twin.predict(inputs), expected)
    twin.backward(inputs, targets)
    assert np.any(twin.gradient)
    assert not np.any(net.gradient)
    twin.parameters[:] = 0
    assert not any(np.any(view) for view in (*twin.weights, *twin.biases))


# Stacks of networks


@EVERY_DTYPE
@properties
@given(
    sizes=SIZES,
    n=ROWS,
    activation=st.sampled_from(ACTIVATIONS),
    loss=st.sampled_from(LOSSES),
)
def test_a_stack_computes_the_bits_of_each_network(
    sizes: list[int], n: int, activation: Activation, loss: Loss, dtype: type
) -> None:
    def made() -> list[Network]:
        return [
            Network(
                sizes,
                activation=activation,
                loss=loss,
                initializer=GlorotUniform(1.0),
                rng=np.random.default_rng(number),
                dtype=dtype,
            )
            for number in range(3)
        ]

    batches = [batch(sizes, n, seed=number, dtype=dtype) for number in range(3)]
    inputs, targets = (np.stack(arrays).astype(dtype) for arrays in zip(*batches, strict=True))
    expected = [
        gradient(net, *arrays).tobytes()
        for net, *arrays in zip(made(), inputs, targets, strict=True)
    ]
    networks = made()
    stack = Network.stack(networks)
    stack.backward(inputs, targets)
    assert [net.gradient.tobytes() for net in networks] == expected
    assert [row.tobytes() for row in stack.gradient] == expected


def test_a_network_in_a_stack_is_a_part_of_it_and_works_alone() -> None:
    networks = [network([4, 3, 2]), network([4, 3, 2])]
    inputs, _ = batch([4, 3, 2], 5)
    before = networks[1].logits(inputs)
    stack = Network.stack(networks)
    np.testing.assert_array_equal(networks[1].logits(inputs), before)
    stack.parameters[1] = 0
    assert not networks[1].logits(inputs).any()
    assert networks[0].logits(inputs).any()
    twin = copy.deepcopy(networks[0])
    stack.parameters[0] = 0
    assert twin.logits(inputs).any()
    again = Network.stack([twin, networks[0]])
    assert again.parameters.any(axis=1).tolist() == [True, False]


@pytest.mark.parametrize("sizes", [(784, 1, 10), (784, 100, 10)])
@EVERY_DTYPE
def test_a_stack_computes_the_same_zeros_for_one_example(
    sizes: tuple[int, ...], dtype: type
) -> None:
    """BLAS has other routines for one row, which can give zeros another sign."""
    for seed, loss in itertools.product(range(5), LOSSES):
        rng = np.random.default_rng(seed)
        networks = [
            Network(
                sizes,
                activation=ReLU(),
                loss=loss,
                initializer=GlorotUniform(1.0),
                rng=rng,
                dtype=dtype,
            )
            for _ in range(5)
        ]
        inputs = np.maximum(rng.standard_normal((5, 1, sizes[0])), 0).astype(dtype)
        targets = np.eye(sizes[-1], dtype=dtype)[rng.integers(sizes[-1], size=(5, 1))]
        expected = [
            gradient(*each).tobytes() for each in zip(networks, inputs, targets, strict=True)
        ]
        Network.stack(networks).backward(inputs, targets)
        assert [net.gradient.tobytes() for net in networks] == expected


@EVERY_DTYPE
def test_a_copy_in_another_precision_has_parameters_of_its_own(dtype: type) -> None:
    net = network([4, 3, 2], dtype=np.float32)
    twin = net.in_precision(dtype)
    assert twin.parameters.dtype == dtype
    np.testing.assert_array_equal(twin.parameters, net.parameters)
    inputs, targets = batch([4, 3, 2], 5, dtype=dtype)
    np.testing.assert_allclose(twin.predict(inputs), net.predict(inputs), rtol=1e-6)
    twin.backward(inputs, targets)
    twin.weights[0][:] = 0
    assert net.weights[0].all()
    assert not net.gradient.any()
