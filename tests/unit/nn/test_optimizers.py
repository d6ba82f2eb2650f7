"""Optimizers on small vectors: the rules of the papers, the state, and very small moments.

`test_against_jax` compares the optimizers with optax on a network.
"""

import copy
import math
from collections.abc import Callable

import numpy as np
import pytest
from networks import OPTIMIZERS

from nn import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp

EVERY_OPTIMIZER = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: type(o).__name__)
EVERY_DTYPE = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def walk(optimizer: Optimizer, start: float, gradients: list[float], *, rate: float) -> list[float]:
    """Return where a single parameter is after each step."""
    parameters = np.array([start])
    state = optimizer.init(parameters)
    places = []
    for gradient in gradients:
        optimizer.step(parameters, np.array([gradient]), state, rate)
        places.append(parameters.item())
    return places


@pytest.mark.parametrize(
    ("optimizer", "places"),
    [
        (SGD(0.1), [0.9, 0.7]),
        (Momentum(0.1, momentum=0.9), [0.9, 0.61]),  # v = 1, 2.9
        (Nesterov(0.1, momentum=0.9), [0.81, 0.349]),  # g + 0.9 v = 1.9, 4.61
        # mean square 1/4, then 19/16
        (
            RMSProp(0.1, decay_rate=0.75, epsilon=0.5),
            [0.9, 0.9 - 0.2 / (math.sqrt(19 / 16) + 0.5)],
        ),
        # m = 0.5, 1.25, corrected 1, 5/3; v = 0.25, 1.1875, corrected 1, 19/7
        (
            Adam(0.1, beta1=0.5, beta2=0.75, epsilon=1.0),
            [0.95, 0.95 - 0.1 * (5 / 3) / (math.sqrt(19 / 7) + 1)],
        ),
        # Each step first reduces the parameter by 1 %.
        (
            AdamW(0.1, beta1=0.5, beta2=0.75, epsilon=1.0, weight_decay=0.1),
            [0.94, 0.94 * 0.99 - 0.1 * (5 / 3) / (math.sqrt(19 / 7) + 1)],
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_two_steps_by_hand(optimizer: Optimizer, places: list[float]) -> None:
    assert walk(optimizer, 1.0, [1.0, 2.0], rate=0.1) == pytest.approx(places, rel=1e-14)


def test_nesterov_steps_to_the_look_ahead_point_of_the_paper() -> None:
    """Sutskever et al. 2013, eq. 3-4: v <- mu v - eta g(theta + mu v); theta <- theta + v."""
    mu, eta = 0.9, 0.05
    curvature = np.array([1.0, 4.0, 9.0])
    theta, v = np.array([1.0, -2.0, 3.0]), np.zeros(3)
    optimizer = Nesterov(eta, momentum=mu)
    parameters = theta.copy()
    state = optimizer.init(parameters)
    for _ in range(20):
        optimizer.step(parameters, curvature * parameters, state, eta)
        v = mu * v - eta * curvature * (theta + mu * v)
        theta = theta + v
        np.testing.assert_allclose(parameters, theta + mu * v, rtol=1e-12, atol=1e-15)


def test_momentum_of_zero_is_gradient_descent() -> None:
    gradients = [1.0, -2.0, 0.5, 3.0]
    descent = walk(SGD(0.1), 1.0, gradients, rate=0.1)
    for kind in (Momentum, Nesterov):
        assert walk(kind(0.1, momentum=0.0), 1.0, gradients, rate=0.1) == descent


def test_adam_without_memory_takes_steps_of_the_gradients_sign() -> None:
    optimizer = Adam(0.1, beta1=0.0, beta2=0.0, epsilon=1e-12)
    places = walk(optimizer, 0.0, [5.0, -0.01, 300.0], rate=0.1)
    assert places == pytest.approx([-0.1, 0.0, -0.1], abs=1e-9)


def test_adamw_without_decay_is_adam() -> None:
    hyperparameters = {"beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}
    gradients = [1.0, -2.0, 0.5, 3.0]
    adam = walk(Adam(0.1, **hyperparameters), 1.0, gradients, rate=0.1)
    adamw = walk(AdamW(0.1, **hyperparameters, weight_decay=0.0), 1.0, gradients, rate=0.1)
    assert adamw == adam


def test_decoupled_decay_ignores_the_gradients_scale() -> None:
    optimizer = AdamW(0.1, beta1=0.9, beta2=0.99, epsilon=1e-8, weight_decay=0.5)
    assert walk(optimizer, 8.0, [0.0, 0.0], rate=0.1) == pytest.approx([7.6, 7.22], rel=1e-14)


@EVERY_OPTIMIZER
def test_the_rate_of_the_schedule_is_used(optimizer: Optimizer) -> None:
    slow = walk(optimizer, 0.0, [1.0, 1.0, 1.0], rate=1e-3)
    fast = walk(optimizer, 0.0, [1.0, 1.0, 1.0], rate=2e-3)
    # From zero, and with almost no decay, twice the rate gives twice the distance.
    assert fast == pytest.approx([2 * place for place in slow], rel=1e-3)


@EVERY_OPTIMIZER
def test_the_minimum_of_a_quadratic_function_is_found(optimizer: Optimizer) -> None:
    parameters = np.array([3.0, -2.0])
    state = optimizer.init(parameters)
    curvature = np.array([1.0, 5.0])
    for step in range(500):
        optimizer.step(parameters, curvature * parameters, state, 0.1 * 0.99**step)
    assert np.linalg.norm(parameters) < 0.01


@EVERY_OPTIMIZER
@EVERY_DTYPE
def test_dtype_is_kept(optimizer: Optimizer, dtype: type) -> None:
    parameters, gradient = np.ones(4, dtype), np.full(4, 0.5, dtype)
    state = optimizer.init(parameters)
    for _ in range(3):
        optimizer.step(parameters, gradient, state, 0.1)
    assert parameters.dtype == dtype
    assert state.scratch.dtype == dtype
    assert {moment.dtype for moment in state.moments.values()} <= {np.dtype(dtype)}
    assert set(state.moments) == set(optimizer.MOMENTS)


@EVERY_OPTIMIZER
def test_parameters_change_in_place(optimizer: Optimizer) -> None:
    parameters, gradient = np.ones(4), np.array([1.0, -1.0, 0.0, 2.0])
    weights = parameters[:2]
    state = optimizer.init(parameters)
    optimizer.step(parameters, gradient, state, 0.1)
    np.testing.assert_array_equal(weights, parameters[:2])
    assert np.all(weights != 1)
    assert state.steps == 1


@EVERY_OPTIMIZER
def test_a_copy_of_the_state_continues_with_the_same_bits(optimizer: Optimizer) -> None:
    gradients = np.random.default_rng(0).standard_normal((8, 5))
    straight = np.ones(5)
    state = optimizer.init(straight)
    for gradient in gradients[:4]:
        optimizer.step(straight, gradient.copy(), state, 0.1)
    resumed, saved = straight.copy(), copy.deepcopy(state)
    saved.scratch[:] = np.nan
    for gradient in gradients[4:]:
        optimizer.step(straight, gradient.copy(), state, 0.1)
    for gradient in gradients[4:]:
        optimizer.step(resumed, gradient, saved, 0.1)
    np.testing.assert_array_equal(resumed, straight)
    assert saved.steps == state.steps == 8


@pytest.mark.parametrize(
    ("optimizer", "dtype", "gradient", "steps"),
    [
        (Momentum(0.1, momentum=0.5), np.float32, 1.0, 200),
        (Momentum(0.1, momentum=1e-9), np.float32, 1.0, 20),
        (Nesterov(0.1, momentum=0.9), np.float32, 1.0, 1200),
        (Nesterov(0.1, momentum=0.9), np.float64, 1.0, 7500),
        (RMSProp(0.1, decay_rate=0.99, epsilon=1e-8), np.float32, 1e-3, 10_000),
        (Adam(0.1, beta1=0.9, beta2=0.99, epsilon=1e-8), np.float32, 1e-3, 10_000),
        (Adam(0.1, beta1=0.9, beta2=0.999, epsilon=1e-8), np.float32, 1e-12, 50_000),
    ],
)
def test_moments_decay_to_zero_without_denormals(
    optimizer: Optimizer, dtype: type, gradient: float, steps: int
) -> None:
    parameters = np.ones(2, dtype)
    state = optimizer.init(parameters)
    smallest_normal = np.finfo(dtype).tiny
    optimizer.step(parameters, np.array([gradient, -gradient], dtype), state, 0.1)
    for _ in range(steps):
        optimizer.step(parameters, np.zeros(2, dtype), state, 0.1)
        for moment in state.moments.values():
            assert all(m == 0 or abs(m) >= smallest_normal for m in moment.tolist())
    assert not any(moment.any() for moment in state.moments.values())


@pytest.mark.parametrize("steps", [1, 20, 130, 150, 1000])
def test_moments_of_normal_size_are_not_set_to_zero(steps: int) -> None:
    parameters, gradient = np.ones(2), np.array([1.0, -1.0])
    optimizer = Momentum(0.1, momentum=0.9)
    state = optimizer.init(parameters)
    optimizer.step(parameters, gradient.copy(), state, 0.1)
    for _ in range(steps):
        optimizer.step(parameters, np.zeros(2), state, 0.1)
    velocity = state.moments["velocity"]
    np.testing.assert_allclose(velocity, 0.9**steps * gradient, rtol=1e-12)


@pytest.mark.parametrize("rate", [0, -0.1, math.inf, math.nan])
@pytest.mark.parametrize(
    "make",
    [
        SGD,
        lambda rate: Momentum(rate, 0.9),
        lambda rate: Nesterov(rate, 0.9),
        lambda rate: RMSProp(rate, 0.9, 1e-8),
        lambda rate: Adam(rate, 0.9, 0.999, 1e-8),
        lambda rate: AdamW(rate, 0.9, 0.999, 1e-8, 0.01),
    ],
)
def test_learning_rate_out_of_range_is_refused(
    make: Callable[[float], Optimizer], rate: float
) -> None:
    with pytest.raises(ValueError, match=f"learning_rate must be positive, not {rate}$"):
        make(rate)


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, math.nan])
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda rate: Momentum(0.1, rate), "momentum"),
        (lambda rate: Nesterov(0.1, rate), "momentum"),
        (lambda rate: RMSProp(0.1, rate, 1e-8), "decay_rate"),
        (lambda rate: Adam(0.1, rate, 0.999, 1e-8), "beta1"),
        (lambda rate: Adam(0.1, 0.9, rate, 1e-8), "beta2"),
        (lambda rate: AdamW(0.1, 0.9, rate, 1e-8, 0.01), "beta2"),
    ],
)
def test_decay_out_of_range_is_refused(
    make: Callable[[float], Optimizer], name: str, rate: float
) -> None:
    with pytest.raises(ValueError, match=f"{name} must be at least 0 and below 1, not {rate}$"):
        make(rate)


@pytest.mark.parametrize("epsilon", [0, -1e-8, math.inf, math.nan])
@pytest.mark.parametrize(
    "make",
    [
        lambda epsilon: RMSProp(0.1, 0.9, epsilon),
        lambda epsilon: Adam(0.1, 0.9, 0.999, epsilon),
        lambda epsilon: AdamW(0.1, 0.9, 0.999, epsilon, 0.01),
    ],
)
def test_epsilon_out_of_range_is_refused(
    make: Callable[[float], Optimizer], epsilon: float
) -> None:
    with pytest.raises(ValueError, match=f"epsilon must be positive, not {epsilon}$"):
        make(epsilon)


@pytest.mark.parametrize("weight_decay", [-0.1, math.inf, math.nan])
def test_weight_decay_out_of_range_is_refused(weight_decay: float) -> None:
    with pytest.raises(ValueError, match=f"weight_decay must be zero or pos.*, not {weight_decay}"):
        AdamW(0.1, 0.9, 0.999, 1e-8, weight_decay)
