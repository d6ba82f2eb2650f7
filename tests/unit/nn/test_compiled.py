"""The compiled loop computes what the classes of `nn` compute, up to rounding."""

import numpy as np
import pytest
from networks import ACTIVATIONS, LOSSES, OPTIMIZERS

from nn import Activation, LeCunNormal, Loss, Network, Optimizer
from nn.compiled import Kernel
from nn.optimizers import State

N, BATCH_SIZE = 23, 5  # the last mini-batch is smaller
TOLERANCES = {np.float32: 2e-4, np.float64: 1e-11}
"""The largest acceptable difference after two epochs, relative to the largest parameter."""


def network(activation: Activation, loss: Loss, sizes: list[int], dtype: type) -> Network:
    return Network(
        sizes,
        activation=activation,
        loss=loss,
        initializer=LeCunNormal(0.5),
        rng=np.random.default_rng(0),
        dtype=dtype,
    )


def examples(sizes: list[int], dtype: type) -> tuple[np.ndarray, np.ndarray]:
    """Return images with black pixels, some of them black in all images, and targets."""
    rng = np.random.default_rng(1)
    images = rng.random((N, sizes[0])) * (rng.random((N, sizes[0])) < 0.4)
    images[:, ::3] = 0
    return images.astype(dtype), np.eye(sizes[-1], dtype=dtype)[rng.integers(sizes[-1], size=N)]


def plain_steps(
    network: Network, optimizer: Optimizer, state: State, order: np.ndarray, decay: float
) -> list[float]:
    """Take the steps of an epoch with the classes of `nn`; return the norms of the gradients."""
    images, targets = examples(list(network.sizes), network.parameters.dtype.type)
    norms = []
    for start in range(0, N, BATCH_SIZE):
        rows = order[start : start + BATCH_SIZE]
        network.backward(images[rows], targets[rows])
        network.gradient[: network.n_weights] += decay * network.parameters[: network.n_weights]
        if start // BATCH_SIZE % 2 == 0:
            norms.append(float(np.linalg.norm(network.gradient)))
        optimizer.step(network.parameters, network.gradient, state, optimizer.learning_rate)
    return norms


def compiled_steps(
    network: Network, optimizer: Optimizer, state: State, order: np.ndarray, decay: float, at: int
) -> list[float]:
    """Take the same steps with compiled code, ``at`` mini-batches per call."""
    kernel = Kernel(
        network, optimizer, *examples(list(network.sizes), network.parameters.dtype.type)
    )
    last, norms = -(-N // BATCH_SIZE), []
    for begin in range(0, last, at):
        norms += kernel.take_steps(
            state,
            order,
            batch_size=BATCH_SIZE,
            batches=range(begin, min(begin + at, last)),
            rate=optimizer.learning_rate,
            decay=decay,
            norm_every=2,
        )
    return norms


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sizes", [[12, 3], [12, 7, 3], [12, 6, 5, 3]], ids=str)
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda each: type(each).__name__)
def test_computes_what_the_classes_compute(
    activation: Activation,
    loss: Loss,
    optimizer: Optimizer,
    decay: float,
    sizes: list[int],
    dtype: type,
) -> None:
    plain, fast = (network(activation, loss, sizes, dtype) for _ in range(2))
    states = [optimizer.init(each.parameters) for each in (plain, fast)]
    for epoch in range(2):
        order = np.random.default_rng(epoch).permutation(N)
        expected = plain_steps(plain, optimizer, states[0], order, decay)
        found = compiled_steps(fast, optimizer, states[1], order, decay, at=2)
        assert found == pytest.approx(expected, rel=TOLERANCES[dtype])
    largest = np.abs(plain.parameters).max()
    difference = np.abs(fast.parameters - plain.parameters).max()
    assert difference <= TOLERANCES[dtype] * largest
    assert states[1].steps == states[0].steps
    for name, moment in states[0].moments.items():
        tolerance = TOLERANCES[dtype] * np.abs(moment).max()
        np.testing.assert_allclose(states[1].moments[name], moment, rtol=0, atol=tolerance)
