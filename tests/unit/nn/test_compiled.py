"""The compiled loop computes what the classes of `nn` compute, up to rounding."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import ACTIVATIONS, LOSSES, OPTIMIZERS, network
from properties import trials
from scipy.special import expit

from nn import (
    SGD,
    Activation,
    Loss,
    Momentum,
    Network,
    Optimizer,
    QuadraticCost,
    ReLU,
    Sigmoid,
    Tanh,
    denormals,
)
from nn.compiled import NUMBERS, Kernel, _activate
from nn.optimizers import FLUSH_EVERY, State

N, BATCH_SIZE = 23, 5  # the last mini-batch is smaller
LAST = -(-N // BATCH_SIZE)
TOLERANCES = {np.float32: 2e-3, np.float64: 1e-11}
"""The largest acceptable difference after two epochs, relative to the largest number.

RMSProp with three layers and this rate multiplies a rounding error by some thousands.
"""
CASES = [([12, 3], 0.0, False), ([12, 7, 3], 0.1, False), ([12, 6, 5, 3], 0.0, True)]
"""Sizes, decay, and whether no pixel is black."""


def by_name(part: object) -> str:
    return type(part).__name__


@dataclass
class Training:
    """A network on random examples, of which some pixels are black, some of them everywhere."""

    network: Network
    optimizer: Optimizer
    decay: float = 0.0
    dense: bool = False

    def __post_init__(self) -> None:
        rng, dtype = np.random.default_rng(1), self.network.parameters.dtype
        sizes = self.network.sizes
        images = 0.1 + rng.random((N, sizes[0]))
        if not self.dense:
            images *= rng.random((N, sizes[0])) < 0.4
            images[:, ::3] = 0
        self.images = images.astype(dtype)
        self.targets = np.eye(sizes[-1], dtype=dtype)[rng.integers(sizes[-1], size=N)]
        self.state: State = self.optimizer.init(self.network.parameters)

    def plain_epoch(self, seed: int) -> list[float]:
        """Take the steps of an epoch with the classes of `nn`; return norms of the gradient."""
        order, norms, network = np.random.default_rng(seed).permutation(N), [], self.network
        for batch in range(LAST):
            rows = order[batch * BATCH_SIZE :][:BATCH_SIZE]
            network.backward(self.images[rows], self.targets[rows])
            weights = slice(network.n_weights)
            network.gradient[weights] += self.decay * network.parameters[weights]
            if batch % 2 == 0:
                norms.append(float(np.linalg.norm(network.gradient)))
            rate = self.optimizer.learning_rate
            self.optimizer.step(network.parameters, network.gradient, self.state, rate)
        return norms

    def compiled_epoch(self, seed: int, *ends: int) -> list[float]:
        """Take the same steps with compiled code; a call ends at each of the ``ends``."""
        order, norms = np.random.default_rng(seed).permutation(N), []
        kernel = Kernel(self.network, self.optimizer, self.images, self.targets)
        for begin, end in zip((0, *ends), (*ends, LAST), strict=True):
            norms += kernel.take_steps(
                self.state,
                order,
                batch_size=BATCH_SIZE,
                batches=range(begin, end),
                rate=self.optimizer.learning_rate,
                decay=self.decay,
                norm_every=2,
            )
        return norms

    def numbers(self) -> list[np.ndarray]:
        return [self.network.parameters, *self.state.moments.values()]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=by_name)
@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=by_name)
def test_computes_what_the_classes_compute(
    activation: Activation, loss: Loss, optimizer: Optimizer, dtype: type
) -> None:
    for sizes, decay, dense in CASES:
        plain, compiled = (
            Training(
                network(sizes, activation=activation, loss=loss, dtype=dtype),
                optimizer,
                decay,
                dense=dense,
            )
            for _ in range(2)
        )
        for epoch in range(2):
            expected = plain.plain_epoch(epoch)
            tolerance = TOLERANCES[dtype] * max(expected)
            assert compiled.compiled_epoch(epoch, 2) == pytest.approx(expected, abs=tolerance)
        assert compiled.state.steps == plain.state.steps
        for found, wanted in zip(compiled.numbers(), plain.numbers(), strict=True):
            tolerance = TOLERANCES[dtype] * np.abs(wanted).max()
            np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance)


def test_no_python_is_executed_between_steps() -> None:
    """A guard of the speed: a call takes all its steps in compiled code, however many they are."""
    training = Training(network([12, 7, 3]), SGD(0.1))
    training.compiled_epoch(0)  # compiled, or loaded
    order = np.random.default_rng(0).permutation(N)
    kernel = Kernel(training.network, training.optimizer, training.images, training.targets)
    calls: list[object] = []

    def python_calls(steps: int) -> int:
        calls.clear()
        sys.setprofile(lambda frame, event, _: calls.append((frame.f_code, event)))
        try:
            kernel.take_steps(
                training.state,
                order,
                batch_size=BATCH_SIZE,
                batches=range(steps),
                rate=0.1,
                decay=0.0,
                norm_every=N,
            )
        finally:
            sys.setprofile(None)
        return len(calls)

    assert python_calls(1) == python_calls(LAST)


@trials(60)
@given(
    optimizer=st.sampled_from(OPTIMIZERS),
    dtype=st.sampled_from([np.float32, np.float64]),
    decay=st.sampled_from([0.0, 0.1]),
    ends=st.lists(st.integers(0, LAST), max_size=4).map(sorted),
)
def test_the_bits_do_not_depend_on_where_calls_end(
    optimizer: Optimizer, dtype: type, decay: float, ends: list[int]
) -> None:
    whole, parts = (
        Training(network([12, 7, 3], activation=Sigmoid(), dtype=dtype), optimizer, decay)
        for _ in range(2)
    )
    for epoch in range(2):
        assert parts.compiled_epoch(epoch, *ends) == whole.compiled_epoch(epoch)
    for found, wanted in zip(parts.numbers(), whole.numbers(), strict=True):
        assert found.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=by_name)
def test_a_number_that_is_not_finite_stays_so(activation: Activation) -> None:
    """So the training sees that it has diverged."""
    training = Training(network([12, 7, 3], activation=activation), SGD(0.1))
    training.network.parameters[-3:] = np.nan
    training.network.parameters[13] = np.nan
    training.compiled_epoch(0)
    assert np.isnan(training.network.weights[0]).any()
    assert np.isnan(training.network.weights[1]).any()


def test_tiny_moments_become_zero_as_with_numpy() -> None:
    for epoch in (Training.plain_epoch, Training.compiled_epoch):
        training = Training(network([12, 3], dtype=np.float32), Momentum(1e-3, 0.99))
        moment = training.state.moments["velocity"]
        moment[:3] = 1e-35  # of the first pixel, which is black
        for number in range(FLUSH_EVERY // LAST + 1):
            epoch(training, number)
        assert not moment[:3].any()
        assert moment[3:].any()


def test_a_call_takes_fewer_steps_of_larger_networks() -> None:
    small, large = (Training(network([12, size, 3]), SGD(0.1)) for size in (3, 10_000))
    steps = [
        Kernel(each.network, SGD(0.1), each.images, each.targets).steps_at_once(batch_size)
        for each in (small, large)
        for batch_size in (10, 10**6)
    ]
    assert steps[0] > steps[1] > 1
    assert steps[2] > steps[3] == 1


class OwnActivation(ReLU):
    """An activation of the user."""


class OwnLoss(QuadraticCost):
    """A cost of the user."""


class OwnOptimizer(SGD):
    """An optimizer of the user."""


@pytest.mark.parametrize(
    ("parts", "optimizer", "name"),
    [
        ({"activation": OwnActivation()}, SGD(0.1), "OwnActivation"),
        ({"loss": OwnLoss("sigmoid")}, SGD(0.1), "OwnLoss"),
        ({}, OwnOptimizer(0.1), "OwnOptimizer"),
    ],
)
def test_a_class_of_the_user_is_refused(
    parts: dict[str, object], optimizer: Optimizer, name: str
) -> None:
    made = network([12, 3], **parts)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=f"no {name}"):
        Training(made, optimizer).compiled_epoch(0)


def test_examples_of_another_type_are_refused() -> None:
    training = Training(network([12, 3]), SGD(0.1))
    for images in (training.images.astype(np.float32), np.asfortranarray(training.images)):
        with pytest.raises(ValueError, match="contiguous float64"):
            Kernel(training.network, SGD(0.1), images, training.targets)


@pytest.mark.parametrize(("activation", "exact"), [(Sigmoid(), expit), (Tanh(), np.tanh)])
def test_float32_activations_are_those_of_float64_to_the_last_digits(
    activation: Activation, exact: Callable[[np.ndarray], np.ndarray]
) -> None:
    z = np.concatenate([np.linspace(-80, 80, 30_001), np.geomspace(1e-30, 1, 1_001)])
    found = z.astype(np.float32)
    _activate(NUMBERS[type(activation)], np.float32(0), found)
    np.testing.assert_allclose(found, exact(z.astype(np.float32).astype(float)), rtol=4e-7)


@pytest.mark.parametrize(("activation", "ends"), [(Sigmoid(), (0, 1)), (Tanh(), (-1, 1))])
def test_float32_activations_end_in_normal_numbers_and_keep_nan(
    activation: Activation, ends: tuple[float, float]
) -> None:
    """Denormal numbers, and the smallest normal ones, would make everything after them slow."""
    z = np.array([-np.inf, -1e30, -90, 90, 1e30, np.inf, np.nan], np.float32)
    _activate(NUMBERS[type(activation)], np.float32(0), z)
    assert np.isnan(z[-1])
    np.testing.assert_array_equal(z[:3], np.float32(ends[0]))
    np.testing.assert_array_equal(z[3:-1], np.float32(ends[1]))
    assert not np.any((z != 0) & (np.abs(z) < np.finfo(np.float32).tiny))


@pytest.mark.skipif(denormals._library() is None, reason="not glibc on x86-64")
def test_the_loop_computes_without_denormal_numbers() -> None:
    """Each update of a bias is about 1e-39, which is zero then."""
    made = Training(network([12, 7, 3], dtype=np.float32), SGD(2e-38))
    made.network.parameters[:] = 0
    made.compiled_epoch(0)
    assert not np.any(made.network.parameters)
    made.plain_epoch(0)
    assert np.any(made.network.parameters)
