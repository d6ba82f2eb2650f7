"""Diagnostics: every number by the formulas of the textbook, and its range."""

import math
from collections.abc import Callable

import networks
import numpy as np
import pytest
import trainings
from hypothesis import given
from hypothesis import strategies as st
from networks import LOSSES
from properties import trials

from experiments.examples import Dataset, Split
from experiments.training import DivergenceError, EpochMetrics
from experiments.training.diagnostics import SAMPLE, SATURATED, diagnose
from nn import (
    Activation,
    CrossEntropyCost,
    Identity,
    LeakyReLU,
    Loss,
    Network,
    Output,
    QuadraticCost,
    ReLU,
    Sigmoid,
    StandardNormal,
    Tanh,
)

SIZES = (6, 9, 8, 4)
FEATURES, CLASSES = SIZES[0], SIZES[-1]

Function = Callable[[np.ndarray], np.ndarray]


def logistic(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


FORMULAS: dict[Activation, tuple[Function, Function, float]] = {
    Sigmoid(): (logistic, lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2, 0.25),
    Tanh(): (np.tanh, lambda z: 1 / np.cosh(z) ** 2, 1.0),
    ReLU(): (lambda z: np.where(z > 0, z, 0), lambda z: np.where(z > 0, 1.0, 0.0), 1.0),
    LeakyReLU(0.01): (
        lambda z: np.where(z > 0, z, 0.01 * z),
        lambda z: np.where(z > 0, 1, 0.01),
        1.0,
    ),
    LeakyReLU(0.1): (
        lambda z: np.where(z > 0, z, 0.1 * z),
        lambda z: np.where(z > 0, 1, 0.1),
        1.0,
    ),
    Identity(): (lambda z: z, np.ones_like, 1.0),
}
"""``f(z)``, ``f'(z)`` and the largest ``f'``."""


def test_every_activation_has_its_formula() -> None:
    assert {type(each) for each in FORMULAS} == set(networks.classes("activation"))


EVERY_ACTIVATION = pytest.mark.parametrize("activation", FORMULAS, ids=str)
EVERY_LOSS = pytest.mark.parametrize("loss", LOSSES, ids=lambda x: f"{type(x).__name__} {x.output}")


def network(
    activation: Activation, loss: Loss, *, dtype: type = np.float64, scale: float = 1.0
) -> Network:
    """Return a network with large random parameters, times ``scale``."""
    initializer = StandardNormal(1.0)
    net = networks.network(
        SIZES, activation=activation, loss=loss, initializer=initializer, dtype=dtype
    )
    net.parameters *= scale
    return net


def split(n: int, dtype: type = np.float64, *, seed: int = 1) -> Split:
    return trainings.split(n, seed, classes=CLASSES, dtype=dtype)


def share(activation: Activation) -> str:
    """Return the name of the share of neurons whose slope is nearly zero."""
    return "saturated" if isinstance(activation, Sigmoid | Tanh) else "dead"


def by_hand(net: Network, examples: Split) -> dict[str, float]:
    """Return the diagnostics by their definitions, in double precision.

    The output error follows from the chain rule: the derivative of the cost by the outputs, times
    the derivative of the outputs by the logits.
    """
    f, derivative, largest = FORMULAS[net.activation]
    a, y = examples.images.astype(float), examples.targets.astype(float)
    *hidden, (w, b) = zip(net.weights, net.biases, strict=True)
    flat, slopes = {}, []
    for number, (weights, biases) in enumerate(hidden, 1):
        z = a @ weights.astype(float) + biases
        of_layer = derivative(z) / largest < SATURATED
        if share(net.activation) == "dead":
            of_layer = [all(of_neuron) for of_neuron in of_layer.T]
        flat[f"{share(net.activation)}/{number}"] = np.mean(of_layer)
        slopes.append(derivative(z))
        a = f(z)
    z = a @ w.astype(float) + b
    if net.loss.output is Output.sigmoid:
        a = logistic(z)
        jacobian = np.einsum("ni,ij->nij", a * (1 - a), np.eye(CLASSES))
    else:
        a = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        jacobian = np.einsum("ni,ij->nij", a, np.eye(CLASSES)) - np.einsum("ni,nj->nij", a, a)
    if isinstance(net.loss, QuadraticCost):
        by_outputs = a - y
    else:
        by_outputs = -y / a
        by_outputs += (1 - y) / (1 - a) if net.loss.output is Output.sigmoid else 0
    delta = np.einsum("nij,nj->ni", jacobian, by_outputs)
    deltas = [delta]
    for weights, slope in zip(net.weights[:0:-1], slopes[::-1], strict=True):
        deltas.insert(0, np.einsum("nk,jk->nj", deltas[0], weights.astype(float)) * slope)
    norms = [np.sqrt(np.sum(np.mean(each, axis=0) ** 2)) for each in deltas]
    return {
        "output/error": np.mean(np.abs(a - y)),
        "output/slope": np.mean(a * (1 - a)),
        "output/delta": np.mean(np.abs(delta)),
        "output/saturated_and_wrong": np.mean((4 * a * (1 - a) < SATURATED) & (abs(a - y) > 0.5)),
        **flat,
        **{f"error_norm/{layer}": value for layer, value in enumerate(norms, 1)},
    }


@EVERY_ACTIVATION
@EVERY_LOSS
@pytest.mark.parametrize(("dtype", "agreement"), [(np.float64, 1e-10), (np.float32, 1e-4)])
def test_every_number_equals_the_formula(
    activation: Activation, loss: Loss, dtype: type, agreement: float
) -> None:
    net, examples = network(activation, loss, dtype=dtype), split(200, dtype)
    expected = by_hand(net, examples)
    assert diagnose(net, examples) == pytest.approx(expected, rel=agreement)
    found = diagnose(net, examples)
    assert list(found) == list(expected)
    assert all(type(value) is float for value in found.values())


@EVERY_ACTIVATION
@EVERY_LOSS
def test_error_norms_are_those_of_the_gradient_of_the_biases(
    activation: Activation, loss: Loss
) -> None:
    net, examples = network(activation, loss), split(200)
    net.backward(examples.images, examples.targets)
    for layer, gradient in enumerate(net.bias_gradients, 1):
        found = diagnose(net, examples)[f"error_norm/{layer}"]
        assert found == pytest.approx(np.linalg.norm(gradient), rel=1e-10)


@EVERY_LOSS
def test_each_layer_has_its_own_share(loss: Loss) -> None:
    """The shares of the layers of this network differ, and none is 0 or 1."""
    net, examples = network(Tanh(), loss, scale=1.7), split(200)
    found = diagnose(net, examples)
    assert found == pytest.approx(by_hand(net, examples), rel=1e-10)
    names = ["saturated/1", "saturated/2", "output/saturated_and_wrong"]
    assert len({found[name] for name in names}) == 3
    assert all(0 < found[name] < 1 for name in names)


@EVERY_ACTIVATION
def test_delta_of_the_quadratic_cost_is_the_error_times_the_slope(activation: Activation) -> None:
    net, examples = network(activation, QuadraticCost(Output.sigmoid)), split(200)
    a = net.predict(examples.images)
    product = np.abs(a - examples.targets) * (a * (1 - a))
    found = diagnose(net, examples)
    assert found["output/delta"] == pytest.approx(product.mean(), rel=1e-12)
    assert found["output/delta"] < found["output/error"] / 4


@EVERY_ACTIVATION
@pytest.mark.parametrize("output", Output)
def test_delta_of_cross_entropy_is_the_error(activation: Activation, output: Output) -> None:
    found = diagnose(network(activation, CrossEntropyCost(output)), split(200))
    assert found["output/delta"] == pytest.approx(found["output/error"], rel=1e-12)


@trials(200)
@given(
    activation=st.sampled_from(list(FORMULAS)),
    loss=st.sampled_from(LOSSES),
    dtype=st.sampled_from([np.float32, np.float64]),
    scale=st.floats(-1e6, 1e6),
    n=st.integers(1, 12),
)
def test_every_number_is_in_its_range(
    activation: Activation, loss: Loss, dtype: type, scale: float, n: int
) -> None:
    """For all parameters: with every neuron saturated, and with every parameter zero."""
    found = diagnose(network(activation, loss, dtype=dtype, scale=scale), split(n, dtype, seed=n))
    for name in (f"{share(activation)}/1", f"{share(activation)}/2", "output/saturated_and_wrong"):
        assert 0 <= found[name] <= 1
    assert 0 <= found["output/error"] <= 1 + 1e-6
    assert 0 <= found["output/slope"] <= 0.25
    assert 0 <= found["output/delta"] <= found["output/error"] * (1 + 1e-5)


@EVERY_LOSS
@pytest.mark.parametrize("activation", [Sigmoid(), Tanh()], ids=str)
def test_huge_weights_saturate_every_layer(activation: Activation, loss: Loss) -> None:
    small, huge = (
        diagnose(network(activation, loss, scale=scale), split(200)) for scale in (1e-3, 1e6)
    )
    for layer in (1, 2):
        assert small[f"saturated/{layer}"] == 0
        assert huge[f"saturated/{layer}"] > 0.99
    wrong = huge["output/error"]  # each output is 0 or 1, and so is its error
    assert small["output/saturated_and_wrong"] == 0
    assert huge["output/saturated_and_wrong"] == pytest.approx(wrong, abs=0.01)
    assert huge["output/slope"] < 1e-3 < small["output/slope"]
    if isinstance(loss, QuadraticCost):  # almost no gradient, although the error is large
        assert huge["output/delta"] < 1e-3
        assert huge["output/error"] > 0.1


@pytest.mark.parametrize(
    ("activation", "dead"),
    [(ReLU(), 1), (LeakyReLU(0.049), 1), (LeakyReLU(0.051), 0), (Identity(), 0)],
    ids=str,
)
def test_rectifiers_below_zero_are_dead_where_their_slope_is_nearly_zero(
    activation: Activation, dead: int
) -> None:
    net = network(activation, LOSSES[0])
    for bias, expected in ((-1e6, dead), (1e6, 0)):
        net.biases[0][:] = bias
        assert diagnose(net, split(50))["dead/1"] == expected


def test_a_rectifier_that_is_zero_for_all_examples_but_one_is_not_dead() -> None:
    net, examples = network(ReLU(), LOSSES[0]), split(50)
    z = np.sort(examples.images @ net.weights[0], axis=0)
    net.biases[0][:] = -(z[-1] + z[-2]) / 2
    assert diagnose(net, examples)["dead/1"] == 0
    net.biases[0][:3] = -z[-1, :3]
    assert diagnose(net, examples)["dead/1"] == 3 / SIZES[1]


@EVERY_LOSS
@pytest.mark.parametrize("scale", [1e-3, 1, 1e6])
def test_neurons_that_are_the_identity_always_learn(loss: Loss, scale: float) -> None:
    found = diagnose(network(Identity(), loss, scale=scale), split(50))
    assert [found["dead/1"], found["dead/2"]] == [0, 0]


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if loss.output is Output.sigmoid])
def test_outputs_that_are_right_do_not_count(loss: Loss) -> None:
    net, examples = network(Sigmoid(), loss), split(50)
    net.weights[-1][:] = 0
    ones = 1 / CLASSES  # the share of ones among the targets
    for logit, expected in ((20.0, 1 - ones), (-20.0, ones), (1.0, 0.0)):
        net.biases[-1][:] = logit
        found = diagnose(net, examples)["output/saturated_and_wrong"]
        assert found == pytest.approx(expected)


@EVERY_LOSS
def test_only_the_first_examples_are_used(loss: Loss) -> None:
    net, some = network(Tanh(), loss), split(SAMPLE + 500)
    expected = diagnose(net, Split(*(each[:SAMPLE] for each in _arrays(some))))
    for each in _arrays(some):
        each[SAMPLE:] = each[:500][::-1]
    assert diagnose(net, some) == expected
    assert expected == pytest.approx(by_hand(net, Split(*(x[:SAMPLE] for x in _arrays(some)))))
    one_less = diagnose(net, Split(*(each[: SAMPLE - 1] for each in _arrays(some))))
    assert one_less["output/error"] != expected["output/error"]


def _arrays(examples: Split) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return examples.images, examples.labels, examples.targets


# In training


def training(net: Network, data: Dataset, *, epochs: int = 3) -> list[EpochMetrics]:
    return list(trainings.training(net, data, epochs=epochs, batch_size=10))


@EVERY_LOSS
def test_each_epoch_has_the_diagnostics_of_its_end_on_the_validation_set(loss: Loss) -> None:
    data = Dataset(split(100), split(50, seed=2), split(30, seed=3), "")
    for epochs in (1, 2):
        net = network(Sigmoid(), loss)
        last = training(net, data, epochs=epochs)[-1]
        expected = diagnose(net, data.validation)
        assert expected.items() <= last.by_name().items()
        assert last.diagnostics == expected
        assert diagnose(net, data.train) != expected


@EVERY_ACTIVATION
def test_diagnosing_changes_nothing(activation: Activation) -> None:
    net, examples = network(activation, LOSSES[0]), split(50)
    net.backward(examples.images, examples.targets)
    before = [each.tobytes() for each in (net.parameters, net.gradient, *_arrays(examples))]
    diagnose(net, examples)
    after = [each.tobytes() for each in (net.parameters, net.gradient, *_arrays(examples))]
    assert after == before


@EVERY_ACTIVATION
@EVERY_LOSS
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_diverged_network_ends_the_training(
    activation: Activation, loss: Loss, value: float
) -> None:
    """The diagnostics of such a network raise no other error and give no warning."""
    net = network(activation, loss)
    net.weights[0][0] = value
    data = Dataset(split(100), split(50), split(30), "")
    with pytest.raises(DivergenceError, match=r"in epoch 1$"):
        training(net, data)


@EVERY_ACTIVATION
def test_diagnosing_one_epoch_takes_one_forward_pass_of_the_sample(
    activation: Activation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So its cost does not grow with the number of examples, and is small beside an epoch."""
    net = network(activation, LOSSES[0])
    rows: list[int] = []
    forward = net.forward

    def counted(inputs: np.ndarray) -> np.ndarray:
        rows.append(len(inputs))
        return forward(inputs)

    monkeypatch.setattr(net, "forward", counted)
    diagnose(net, split(3 * SAMPLE))
    assert rows == [SAMPLE]
