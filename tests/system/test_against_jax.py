"""JAX and optax as the reference: forward pass, cost, gradients and ten steps of every optimizer.

The JAX network follows the textbook's formulas, without the shortcuts of `nn`: it has an output
function, a cost of the output activations, and automatic differentiation. All numbers are in double
precision.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from networks import batch, classes, network

from nn import (
    SGD,
    Activation,
    Adam,
    AdamW,
    CrossEntropyCost,
    Identity,
    LeakyReLU,
    Loss,
    Momentum,
    Nesterov,
    Optimizer,
    Output,
    QuadraticCost,
    ReLU,
    RMSProp,
    Sigmoid,
    Tanh,
)

jax.config.update("jax_disable_most_optimizations", True)  # these programs run once or twice

AGREEMENT = 1e-10
"""The largest relative difference between JAX and this project."""

HIDDEN: dict[Activation, Callable[[jax.Array], jax.Array]] = {
    Sigmoid(): lambda z: 1 / (1 + jnp.exp(-z)),
    Tanh(): lambda z: (jnp.exp(z) - jnp.exp(-z)) / (jnp.exp(z) + jnp.exp(-z)),
    ReLU(): lambda z: jnp.where(z > 0, z, 0),
    LeakyReLU(0.1): lambda z: jnp.where(z > 0, z, 0.1 * z),
    Identity(): lambda z: z,
}
OUTPUTS = {
    Output.sigmoid: lambda z: 1 / (1 + jnp.exp(-z)),
    Output.softmax: lambda z: jnp.exp(z) / jnp.exp(z).sum(axis=1, keepdims=True),
}
COSTS = {
    QuadraticCost(Output.sigmoid): lambda a, y: ((y - a) ** 2).sum(axis=1) / 2,
    QuadraticCost(Output.softmax): lambda a, y: ((y - a) ** 2).sum(axis=1) / 2,
    CrossEntropyCost(Output.sigmoid): lambda a, y: (
        -(y * jnp.log(a) + (1 - y) * jnp.log(1 - a)).sum(axis=1)
    ),
    CrossEntropyCost(Output.softmax): lambda a, y: -(y * jnp.log(a)).sum(axis=1),
}
OPTAX: list[tuple[Optimizer, Callable[..., optax.GradientTransformation]]] = [
    (SGD(0.5), optax.sgd),
    (Momentum(0.05, momentum=0.9), lambda rate: optax.sgd(rate, momentum=0.9)),
    (Nesterov(0.05, momentum=0.9), lambda rate: optax.sgd(rate, momentum=0.9, nesterov=True)),
    (
        RMSProp(0.01, decay_rate=0.9, epsilon=1e-6),
        lambda rate: optax.rmsprop(rate, decay=0.9, eps=1e-6, eps_in_sqrt=False),
    ),
    (
        Adam(0.01, beta1=0.9, beta2=0.999, epsilon=1e-8),
        lambda rate: optax.adam(rate, b1=0.9, b2=0.999, eps=1e-8),
    ),
    (
        AdamW(0.01, beta1=0.8, beta2=0.99, epsilon=1e-8, weight_decay=0.1),
        lambda rate: optax.adamw(rate, b1=0.8, b2=0.99, eps=1e-8, weight_decay=0.1),
    ),
]
ARCHITECTURES = [(12, 4), (12, 6, 4), (12, 6, 5, 4), (12, 9, 8, 7, 6, 4)]
CASES = [
    *[((12, 6, 5, 4), activation, loss) for activation in HIDDEN for loss in COSTS],
    *[(sizes, Sigmoid(), QuadraticCost(Output.sigmoid)) for sizes in ARCHITECTURES],
    *[(sizes, ReLU(), CrossEntropyCost(Output.softmax)) for sizes in ARCHITECTURES],
]


@pytest.fixture(autouse=True)
def double_precision() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


def reference_logits(
    parameters: jax.Array, inputs: jax.Array, *, sizes: tuple[int, ...], activation: Activation
) -> jax.Array:
    """Return the logits for a vector of all weights and then all biases, layer by layer."""
    a, weight, bias = inputs, 0, sum(m * n for m, n in itertools.pairwise(sizes))
    for layer, (m, n) in enumerate(itertools.pairwise(sizes), 2):
        w = parameters[weight : weight + m * n].reshape(m, n)
        z = a @ w + parameters[bias : bias + n]
        weight, bias = weight + m * n, bias + n
        a = z if layer == len(sizes) else HIDDEN[activation](z)
    return a


@cache
def reference(
    sizes: tuple[int, ...], activation: Activation, loss: Loss
) -> Callable[..., tuple[tuple[jax.Array, jax.Array], jax.Array]]:
    """Return a function from parameters, inputs and targets to ((cost, logits), gradient)."""

    def cost(
        parameters: jax.Array, inputs: jax.Array, targets: jax.Array
    ) -> tuple[jax.Array, jax.Array]:
        logits = reference_logits(parameters, inputs, sizes=sizes, activation=activation)
        return COSTS[loss](OUTPUTS[loss.output](logits), targets).mean(), logits

    return jax.jit(jax.value_and_grad(cost, has_aux=True))


@pytest.mark.parametrize(
    ("group", "references"),
    [("activation", HIDDEN), ("loss", COSTS), ("optimizer", [each for each, _ in OPTAX])],
)
def test_every_class_in_conf_has_a_reference(group: str, references: Iterable[object]) -> None:
    assert {type(each) for each in references} == set(classes(group))


@pytest.mark.parametrize(("sizes", "activation", "loss"), CASES)
def test_forward_cost_and_gradient(
    sizes: tuple[int, ...], activation: Activation, loss: Loss
) -> None:
    ours = network(sizes, activation=activation, loss=loss)
    inputs, targets = batch(sizes, 6, seed=1)
    (cost, logits), gradient = reference(sizes, activation, loss)(ours.parameters, inputs, targets)
    assert gradient.dtype == jnp.float64
    np.testing.assert_allclose(ours.logits(inputs), logits, rtol=AGREEMENT, atol=1e-14)
    activations = OUTPUTS[loss.output](logits)
    np.testing.assert_allclose(ours.predict(inputs), activations, rtol=AGREEMENT, atol=1e-14)
    assert loss.value(ours.logits(inputs), targets) == pytest.approx(float(cost), rel=AGREEMENT)
    ours.backward(inputs, targets)
    np.testing.assert_allclose(ours.gradient, gradient, rtol=AGREEMENT, atol=1e-14)


@pytest.mark.parametrize(
    ("optimizer", "transformation"),
    OPTAX,
    ids=lambda value: type(value).__name__ if isinstance(value, Optimizer) else "optax",
)
@pytest.mark.parametrize(
    ("activation", "loss"),
    [(Sigmoid(), QuadraticCost(Output.sigmoid)), (ReLU(), CrossEntropyCost(Output.softmax))],
)
def test_ten_steps_of_every_optimizer(
    optimizer: Optimizer,
    transformation: Callable[..., optax.GradientTransformation],
    activation: Activation,
    loss: Loss,
) -> None:
    sizes = (12, 6, 5, 4)
    ours = network(sizes, activation=activation, loss=loss)
    state = optimizer.init(ours.parameters)
    rates = [optimizer.learning_rate * 0.9**step for step in range(10)]
    theirs = jnp.array(ours.parameters)
    optax_optimizer = transformation(lambda step: jnp.array(rates)[step])
    optax_state = optax_optimizer.init(theirs)
    for seed, rate in enumerate(rates):
        inputs, targets = batch(sizes, 6, seed=seed)
        _, gradient = reference(sizes, activation, loss)(theirs, inputs, targets)
        updates, optax_state = optax_optimizer.update(gradient, optax_state, theirs)
        theirs = optax.apply_updates(theirs, updates)
        ours.backward(inputs, targets)
        optimizer.step(ours.parameters, ours.gradient, state, rate)
        np.testing.assert_allclose(ours.parameters, theirs, rtol=AGREEMENT, atol=1e-12)
