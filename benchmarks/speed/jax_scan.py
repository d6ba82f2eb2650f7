"""JAX: an epoch is one compiled program, a `lax.scan` over its mini-batches.

The program gathers the images of each batch, and gets the parameters' memory back for its results
(donated). NumPy draws the order, which is faster than `jax.random.permutation`. The seconds include
the order, and the wait for the results. They do not include compiling.
"""

from collections.abc import Callable
from time import process_time
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.speed.contender import Contender, start
from benchmarks.speed.workloads import Workload
from experiments.examples import Split
from nn import Adam, QuadraticCost, Sigmoid
from nn.arrays import Array

Parameters = list[tuple[jax.Array, jax.Array]]
"""The weights ``[n_out, n_in]`` and biases ``[n_out]`` of each layer.

The transposed weights ``[n_in, n_out]`` make an epoch up to twice as long.
"""
State = tuple[Any, ...]
"""The parameters, and for Adam also its two moments and the number of steps."""


class JAXScan(Contender):
    """The same network and rule in JAX."""

    NAME = "JAX scan"

    def __init__(self, workload: Workload, data: Split) -> None:
        self.workload = workload
        self.images, self.targets = jnp.asarray(data.images), jnp.asarray(data.targets)
        self.rng = np.random.default_rng(1)
        state: State = self.batched([initial(workload, seed) for seed in range(self.runs)])
        program = jax.jit(self.program(epoch(workload)), donate_argnums=0)
        before = process_time()
        self.compiled = program.lower(state, self.orders(), self.images, self.targets).compile()
        self.compile_seconds = process_time() - before
        self.state = jax.block_until_ready(state)

    def batched(self, states: list[State]) -> State:
        """Return the state of all networks."""
        return states[0]

    def program(self, one: Callable[..., State]) -> Callable[..., State]:
        """Return an epoch of all networks, made from that of one network."""
        return one

    def orders(self) -> Array:
        """Return a random order of the images for each network."""
        return self.rng.permutation(len(self.images)).astype(np.int32)

    def epoch(self) -> float:
        before = process_time()
        state = self.compiled(self.state, self.orders(), self.images, self.targets)
        self.state = jax.block_until_ready(state)
        return process_time() - before

    def predict(self, images: Array) -> Array:
        return np.asarray(activations(self.workload, self.state[0], jnp.asarray(images)))[
            np.newaxis
        ]


class JAXScanOfSeeds(JAXScan):
    """Four networks in JAX, with `vmap` over the same scan."""

    NAME = "JAX scan, 4 seeds"
    runs = 4

    def batched(self, states: list[State]) -> State:
        stacked: State = jax.tree.map(lambda *leaves: jnp.stack(leaves), *states)
        return stacked

    def program(self, one: Callable[..., State]) -> Callable[..., State]:
        return jax.vmap(one, in_axes=(0, 0, None, None))

    def orders(self) -> Array:
        return np.stack([super(JAXScanOfSeeds, self).orders() for _ in range(self.runs)])

    def predict(self, images: Array) -> Array:
        def one(parameters: Parameters) -> jax.Array:
            return activations(self.workload, parameters, jnp.asarray(images))

        return np.asarray(jax.vmap(one)(self.state[0]))


def initial(workload: Workload, seed: int) -> State:
    """Return the state before the first step."""
    ours = start(workload, seed=seed)
    parameters = [
        (jnp.asarray(w.T), jnp.asarray(b)) for w, b in zip(ours.weights, ours.biases, strict=True)
    ]
    if not isinstance(workload.optimizer, Adam):
        return (parameters,)
    first, second = (jax.tree.map(jnp.zeros_like, parameters) for _ in range(2))
    return parameters, first, second, jnp.float32(0)


def logits(workload: Workload, parameters: Parameters, images: jax.Array) -> jax.Array:
    """Return the weighted inputs of the last layer ``[b, classes]`` for ``images [b, n]``."""
    hidden = jax.nn.sigmoid if isinstance(workload.activation, Sigmoid) else jax.nn.relu
    *before, (weights, biases) = parameters
    a = images
    for w, b in before:
        a = hidden(a @ w.T + b)
    return a @ weights.T + biases


def activations(workload: Workload, parameters: Parameters, images: jax.Array) -> jax.Array:
    """Return the output activations ``[b, classes]`` for ``images [b, n]``."""
    outputs = logits(workload, parameters, images)
    quadratic = isinstance(workload.loss, QuadraticCost)
    return jax.nn.sigmoid(outputs) if quadratic else jax.nn.softmax(outputs)


def cost(
    workload: Workload, parameters: Parameters, images: jax.Array, targets: jax.Array
) -> jax.Array:
    """Return the mean cost of a batch ``images [b, n]``, ``targets [b, classes]``."""
    if isinstance(workload.loss, QuadraticCost):
        errors = activations(workload, parameters, images) - targets
        return 0.5 * jnp.sum(errors**2) / len(images)
    logarithms = jax.nn.log_softmax(logits(workload, parameters, images))
    return -jnp.sum(targets * logarithms) / len(images)


def step(workload: Workload, state: State, images: jax.Array, targets: jax.Array) -> State:
    """Return the state after a step of SGD or Adam on one batch."""
    gradient = jax.grad(cost, argnums=1)(workload, state[0], images, targets)
    rule = workload.optimizer
    if not isinstance(rule, Adam):
        return (jax.tree.map(lambda p, g: p - rule.learning_rate * g, state[0], gradient),)
    parameters, first, second, steps = state
    steps = steps + 1
    first = jax.tree.map(lambda m, g: rule.beta1 * m + (1 - rule.beta1) * g, first, gradient)
    second = jax.tree.map(lambda v, g: rule.beta2 * v + (1 - rule.beta2) * g**2, second, gradient)
    root = jnp.sqrt(1 - rule.beta2**steps)
    rate, epsilon = rule.learning_rate * root / (1 - rule.beta1**steps), rule.epsilon * root
    parameters = jax.tree.map(
        lambda p, m, v: p - rate * m / (jnp.sqrt(v) + epsilon), parameters, first, second
    )
    return parameters, first, second, steps


def epoch(workload: Workload) -> Callable[[State, jax.Array, jax.Array, jax.Array], State]:
    """Return a function from a state, an order, images and targets to the state after an epoch.

    The last batch may be smaller. It is a step after the scan.
    """

    def function(state: State, order: jax.Array, images: jax.Array, targets: jax.Array) -> State:
        def batch(state: State, rows: jax.Array) -> State:
            taken = (each.take(rows, axis=0, mode="clip") for each in (images, targets))
            return step(workload, state, *taken)

        whole = len(order) // workload.batch_size * workload.batch_size
        batches = order[:whole].reshape(-1, workload.batch_size)
        state, _ = jax.lax.scan(lambda each, rows: (batch(each, rows), None), state, batches)
        return batch(state, order[whole:]) if whole < len(order) else state

    return function
