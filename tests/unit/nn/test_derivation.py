"""Steps of docs/backpropagation.md that no other test shows: indices, means, moments, variances."""

import itertools

import numpy as np
import pytest
import trainings
from networks import ACTIVATIONS, LOSSES, OPTIMIZERS, batch, network

from experiments.examples import Dataset, Split, minibatches
from nn import (
    SGD,
    Adam,
    GlorotNormal,
    HeNormal,
    Identity,
    Initializer,
    LeCunNormal,
    Loss,
    Momentum,
    Nesterov,
    Network,
    Optimizer,
    Output,
    QuadraticCost,
    ReLU,
    Sigmoid,
    StandardNormal,
)
from nn.losses import softmax

SIZES = (5, 4, 3, 4)
EVERY_LOSS = pytest.mark.parametrize("loss", LOSSES, ids=repr)


# Backpropagation


def by_indices(net: Network, inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the gradient with one sum for each of its numbers, as the index forms say."""
    layers = [inputs, *net.activations(inputs)]
    delta = np.empty_like(layers[-1])
    net.loss.gradient(layers[-1], targets, delta)
    examples, found = range(len(inputs)), []
    for a, w in zip(layers[-2::-1], net.weights[::-1], strict=True):
        ins, outs = (range(size) for size in w.shape)
        weights = [[sum(a[i, k] * delta[i, j] for i in examples) for j in outs] for k in ins]
        biases = [sum(delta[i, j] for i in examples) for j in outs]
        found.append((np.ravel(weights), biases))
        slope = np.ones_like(a)
        net.activation.multiply_by_derivative(slope, a, np.empty_like(a))
        delta = np.array(
            [
                [slope[i, k] * sum(delta[i, j] * w[k, j] for j in outs) for k in ins]
                for i in examples
            ]
        )
    return np.concatenate([part for parts in zip(*found[::-1], strict=True) for part in parts])


@EVERY_LOSS
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_products_of_matrices_are_the_sums_over_indices(activation: object, loss: Loss) -> None:
    net = network(SIZES, activation=activation, loss=loss)  # type: ignore[arg-type]
    inputs, targets = batch(SIZES, 3)
    net.backward(inputs, targets)
    np.testing.assert_allclose(
        net.gradient, by_indices(net, inputs, targets), rtol=1e-11, atol=1e-15
    )


@EVERY_LOSS
def test_delta_is_the_derivative_of_the_cost_by_a_weighted_input(loss: Loss) -> None:
    """With one example, a bias adds to one weighted input, and delta is the gradient of biases."""
    net = network(SIZES, loss=loss)
    inputs, targets = batch(SIZES, 1)
    net.backward(inputs, targets)
    for biases, delta in zip(net.biases, net.bias_gradients, strict=True):
        for j in range(len(biases)):
            costs = []
            for step in (1e-6, -2e-6):
                biases[j] += step
                costs.append(loss.value(net.logits(inputs), targets))
            biases[j] += 1e-6
            assert delta[j] == pytest.approx((costs[0] - costs[1]) / 2e-6, rel=1e-6, abs=1e-9)


@EVERY_LOSS
def test_the_mean_over_the_mini_batches_of_an_epoch_is_the_gradient_of_all(loss: Loss) -> None:
    net = network(SIZES, loss=loss)
    images, targets = batch(SIZES, 24)
    gradients = []
    for each in minibatches(
        Split(images, targets.argmax(axis=1), targets), 4, rng=np.random.default_rng(1)
    ):
        net.backward(*each)
        gradients.append(net.gradient.copy())
    net.backward(images, targets)
    np.testing.assert_allclose(np.mean(gradients, axis=0), net.gradient, rtol=1e-10, atol=1e-15)
    assert np.std(gradients, axis=0).max() > 0.01  # one mini-batch alone is only an estimate


def test_the_jacobian_of_softmax() -> None:
    z = np.array([1.0, -0.5, 2.0, 0.3])
    a = softmax(z[None])[0]
    for j, step in enumerate(1e-6 * np.eye(4)):
        column = (softmax((z + step)[None]) - softmax((z - step)[None]))[0] / 2e-6
        expected = [a[k] * ((k == j) - a[j]) for k in range(4)]
        np.testing.assert_allclose(column, expected, rtol=1e-8)


def test_a_softmax_that_is_certain_and_wrong_does_not_learn_from_the_quadratic_cost() -> None:
    """Its delta vanishes although the error is almost one; that of cross-entropy is the error."""
    logits, targets = np.array([[0.0, 12.0, 0.0]]), np.array([[1.0, 0.0, 0.0]])
    delta = np.empty_like(logits)
    for loss in LOSSES:
        if loss.output is Output.softmax:
            loss.gradient(logits, targets, delta)
            largest = np.abs(delta).max()
            assert largest < 1e-4 if isinstance(loss, QuadraticCost) else largest > 0.99


# Optimizers


def moved(optimizer: Optimizer, gradients: np.ndarray) -> np.ndarray:
    """Return where parameters of zero are after each row of ``gradients [steps, p]``."""
    parameters = np.zeros(gradients.shape[1])
    state = optimizer.init(parameters)
    places = []
    for gradient in gradients:
        optimizer.step(parameters, gradient.copy(), state, optimizer.learning_rate)
        places.append(parameters.copy())
    return np.array(places)


def test_a_velocity_is_a_sum_of_gradients_with_geometric_weights() -> None:
    gradients = np.random.default_rng(0).standard_normal((8, 3))
    steps = np.diff(moved(Momentum(0.1, momentum=0.9), gradients), axis=0, prepend=0)
    for t in range(8):
        velocity = sum(0.9 ** (t - s) * gradients[s] for s in range(t + 1))
        np.testing.assert_allclose(steps[t], -0.1 * velocity, rtol=1e-12)


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_a_constant_gradient_makes_steps_of_the_rate_over_one_minus_mu(kind: type) -> None:
    steps = np.diff(moved(kind(0.1, momentum=0.9), np.full((300, 1), 2.0)), axis=0)
    assert steps[-1] == pytest.approx(-0.1 * 2.0 / (1 - 0.9), rel=1e-10)


def test_adams_correction_removes_the_bias_of_the_first_steps() -> None:
    """Every sequence of gradients 1 and 3 is equally likely: E g = 2, E g^2 = 5."""
    adam = Adam(0.1, beta1=0.9, beta2=0.99, epsilon=1e-8)
    sequences = np.array(list(itertools.product([1.0, 3.0], repeat=5)))
    parameters = np.zeros(len(sequences))
    state = adam.init(parameters)
    for t, gradient in enumerate(sequences.T, 1):
        adam.step(parameters, gradient.copy(), state, 0.1)
        m, v = 0.1 * state.moments["first"].mean(), 0.01 * state.moments["second"].mean()
        assert m / (1 - 0.9**t) == pytest.approx(2, rel=1e-12)
        assert v / (1 - 0.99**t) == pytest.approx(5, rel=1e-12)
        assert m < 2 * 0.42  # without the correction it is far too small
        assert v < 5 * 0.05


def test_every_step_of_adam_for_a_constant_gradient_is_the_learning_rate() -> None:
    places = moved(Adam(0.01, beta1=0.9, beta2=0.999, epsilon=1e-3), np.full((60, 1), 0.25))
    steps = np.diff(places[:, 0], prepend=0)
    np.testing.assert_allclose(steps, -0.01 * 0.25 / (0.25 + 1e-3), rtol=1e-10)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: type(each).__name__)
def test_a_factor_of_the_cost_acts_on_the_step_or_not_at_all(optimizer: Optimizer) -> None:
    """It multiplies the steps of gradient descent, and leaves those of adaptive rules as they are.

    Only epsilon remains, which is small beside these gradients.
    """
    gradients = np.random.default_rng(0).uniform(0.5, 1.5, (10, 4))
    factor = 100 if isinstance(optimizer, SGD | Momentum) else 1
    np.testing.assert_allclose(
        moved(optimizer, 100 * gradients), factor * moved(optimizer, gradients), rtol=1e-5
    )


def test_the_decay_of_an_epoch_does_not_depend_on_the_number_of_examples() -> None:
    """It is about exp(-eta lambda / n) with mini-batches of n; images of zeros leave only it."""
    shares = []
    for number in (200, 2000):
        made = trainings.split(number, classes=trainings.CLASSES)
        black = Split(np.zeros_like(made.images), made.labels, made.targets)
        net = network((trainings.FEATURES, trainings.CLASSES))
        start = net.weights[0].copy()
        data = Dataset(black, black, black, "")
        list(trainings.training(net, data, optimizer=SGD(0.1), l2=4.0, epochs=1, batch_size=10))
        shares.append(float(np.mean(net.weights[0] / start)))
    assert shares == pytest.approx([np.exp(-0.1 * 4 / 10)] * 2, rel=1e-4)


# Initial weights


@pytest.mark.parametrize("kind", [StandardNormal, LeCunNormal, GlorotNormal, HeNormal])
def test_the_size_of_weighted_inputs_is_that_of_inputs_times_n_in_times_the_variance(
    kind: type[Initializer],
) -> None:
    n_in, n_out = 300, 2000
    net = network((n_in, n_out), initializer=kind(0.0))
    inputs, _ = batch((n_in, n_out), 1)
    variance = {
        StandardNormal: 1.0,
        LeCunNormal: 1 / n_in,
        GlorotNormal: 2 / (n_in + n_out),
        HeNormal: 2 / n_in,
    }[kind]
    expected = n_in * variance * np.mean(inputs**2)
    assert np.mean(net.logits(inputs) ** 2) == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("kind", [LeCunNormal, GlorotNormal, HeNormal])
def test_the_size_of_deltas_grows_by_n_out_times_the_variance(kind: type[Initializer]) -> None:
    """From BP2 without a slope, so the activation is the identity."""
    n_in, n_out = 900, 100
    net = network((5, n_in, n_out), activation=Identity(), initializer=kind(0.0))
    net.backward(*batch((5, n_in, n_out), 1))
    first, last = (np.mean(delta**2) for delta in net.bias_gradients)
    variance = {LeCunNormal: 1 / n_in, GlorotNormal: 2 / (n_in + n_out), HeNormal: 2 / n_in}[kind]
    assert first / last == pytest.approx(n_out * variance, rel=0.15)


def test_he_keeps_the_size_of_activations_behind_rectifiers_and_lecun_halves_it() -> None:
    sizes = (200,) * 9
    inputs = np.random.default_rng(0).standard_normal((50, 200))
    for initializer, factor in ((HeNormal(0.0), 1.0), (LeCunNormal(0.0), 0.5)):
        net = network(sizes, activation=ReLU(), initializer=initializer)
        first, *_, last, _ = (np.mean(a**2) for a in net.activations(inputs))
        assert (last / first) ** (1 / 6) == pytest.approx(factor, rel=0.1)


def test_standard_normal_weights_saturate_a_wide_layer_and_scaled_ones_do_not() -> None:
    """500 of 1,000 inputs are one, as in Nielsen, ch. 3: z has a deviation of 22.4 or of 1.2."""
    inputs = np.repeat([[0.0, 1.0]], 500, axis=1).reshape(1, -1)
    for initializer, deviation in ((StandardNormal(1.0), 22.4), (LeCunNormal(1.0), 1.22)):
        net = network((1000, 1000), activation=Sigmoid(), initializer=initializer)
        z = net.logits(inputs)
        assert z.std() == pytest.approx(deviation, rel=0.07)
        flat = np.mean(np.abs(z) > 5)  # the slope is below 0.007
        assert flat > 0.7 if deviation > 2 else flat < 0.005
