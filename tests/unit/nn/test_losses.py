"""Costs of the logits: values, gradients, extreme logits, precision against decimal numbers."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from networks import LOSSES

from nn import CrossEntropyCost, Loss, Output, QuadraticCost
from nn.gradcheck import directional_error
from nn.losses import sigmoid, sigmoid_and_derivative, softmax

EVERY_LOSS = pytest.mark.parametrize(
    "loss", LOSSES, ids=lambda loss: f"{type(loss).__name__}-{loss.output.name}"
)
EVERY_DTYPE = pytest.mark.parametrize("dtype", [np.float32, np.float64])

to_decimal = np.frompyfunc(lambda number: Decimal(float(number)), 1, 1)
ln = np.frompyfunc(Decimal.ln, 1, 1)


def one_hot(n: int, k: int, *, dtype: type = np.float64) -> np.ndarray:
    return np.eye(k, dtype=dtype)[np.arange(n) * 7 % k]


def gradient(loss: Loss, logits: np.ndarray, targets: np.ndarray) -> np.ndarray:
    out = np.full_like(logits, np.nan)
    loss.gradient(logits, targets, out)
    return out


def exact_activations(loss: Loss, z: np.ndarray) -> np.ndarray:
    """Return sigmoid or softmax of the decimals ``z`` by its defining formula."""
    if loss.output is Output.sigmoid:
        return 1 / (1 + np.exp(-z))
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


def exact_cost(loss: Loss, z: np.ndarray, y: np.ndarray) -> Decimal:
    a = exact_activations(loss, z)
    if isinstance(loss, QuadraticCost):
        return ((a - y) ** 2).sum() / (2 * len(z))
    if loss.output is Output.sigmoid:
        return -(y * ln(a) + (1 - y) * ln(exact_activations(loss, -z))).sum() / len(z)
    return -(y * ln(a)).sum() / len(z)


def exact_gradient(loss: Loss, z: np.ndarray, y: np.ndarray) -> np.ndarray:
    a = exact_activations(loss, z)
    if isinstance(loss, CrossEntropyCost):
        return (a - y) / len(z)
    if loss.output is Output.sigmoid:
        return (a - y) * a * (1 - a) / len(z)
    return a * (a - y - ((a - y) * a).sum(axis=1, keepdims=True)) / len(z)


@st.composite
def examples(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Draw logits up to +-10^4 in either precision and one-hot targets."""
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    n, k = draw(st.integers(1, 4)), draw(st.integers(1, 6))
    scale = draw(st.sampled_from([1, 30, 1000, 10_000]))
    numbers = st.floats(-scale, scale, width=32)
    logits = draw(hnp.arrays(dtype, (n, k), elements=numbers))
    labels = draw(hnp.arrays(np.intp, n, elements=st.integers(0, k - 1)))
    return logits, np.eye(k, dtype=dtype)[labels]


@EVERY_LOSS
@given(example=examples())
def test_precision_for_any_logits(loss: Loss, example: tuple[np.ndarray, np.ndarray]) -> None:
    logits, targets = example
    n, k = logits.shape
    epsilon = float(np.finfo(logits.dtype).eps)
    with localcontext(prec=40):
        z, y = to_decimal(logits), to_decimal(targets)
        expected_activations = exact_activations(loss, z).astype(np.float64)
        expected_gradient = exact_gradient(loss, z, y).astype(np.float64)
        expected_cost = float(exact_cost(loss, z, y))
    activations, computed = loss.activations(logits), gradient(loss, logits, targets)
    assert activations.shape == computed.shape == (n, k)
    assert activations.dtype == computed.dtype == logits.dtype
    np.testing.assert_allclose(activations, expected_activations, rtol=0, atol=8 * epsilon)
    np.testing.assert_allclose(computed, expected_gradient, rtol=0, atol=8 * epsilon / n)
    # Logits of size z carry rounding errors of size epsilon z into a cross-entropy.
    largest = max(1.0, float(np.abs(logits).max()))
    cost = loss.value(logits, targets)
    assert isinstance(cost, float)
    assert cost == pytest.approx(expected_cost, rel=8 * epsilon, abs=8 * epsilon * k * largest)
    assert cost >= 0


@pytest.mark.parametrize(
    ("loss", "logits", "targets", "cost", "expected"),
    [
        (QuadraticCost(Output.sigmoid), [1000, -1000], [1, 0], 0, [0, 0]),
        (QuadraticCost(Output.sigmoid), [1000, -1000], [0, 1], 1, [0, 0]),
        (QuadraticCost(Output.softmax), [1000, -1000], [1, 0], 0, [0, 0]),
        (QuadraticCost(Output.softmax), [1000, -1000], [0, 1], 1, [0, 0]),
        (QuadraticCost(Output.softmax), [1000, 1000], [1, 0], 0.25, [-0.25, 0.25]),
        (CrossEntropyCost(Output.sigmoid), [1000, -1000], [1, 0], 0, [0, 0]),
        (CrossEntropyCost(Output.sigmoid), [1000, -1000], [0, 1], 2000, [1, -1]),
        (CrossEntropyCost(Output.softmax), [1000, -1000], [1, 0], 0, [0, 0]),
        (CrossEntropyCost(Output.softmax), [1000, -1000], [0, 1], 2000, [1, -1]),
        (CrossEntropyCost(Output.softmax), [-1000, -1000], [1, 0], np.log(2), [-0.5, 0.5]),
    ],
)
def test_logits_of_a_thousand_are_exact(
    loss: Loss, logits: list[float], targets: list[float], cost: float, expected: list[float]
) -> None:
    for dtype in (np.float32, np.float64):
        z, y = np.array([logits], dtype), np.array([targets], dtype)
        assert loss.value(z, y) == float(dtype(cost))
        exact = np.array([expected], dtype)
        np.testing.assert_array_equal(gradient(loss, z, y), exact, strict=True)


@pytest.mark.parametrize(
    ("dtype", "limit"),
    [(np.float32, 87), (np.float64, 708)],  # beyond, e^-z is denormal
)
def test_sigmoid_and_its_derivative_keep_relative_precision_in_both_tails(
    dtype: type, limit: float
) -> None:
    z = np.linspace(-limit, limit, 301, dtype=dtype)
    with localcontext(prec=400):  # sigma(700) = 1 - 1e-304
        a = exact_activations(QuadraticCost(Output.sigmoid), to_decimal(z))
        values, derivatives = a.astype(np.float64), (a * (1 - a)).astype(np.float64)
    precision = 6 * np.finfo(dtype).eps
    np.testing.assert_allclose(sigmoid(z), values, rtol=precision, atol=0)
    np.testing.assert_allclose(sigmoid_and_derivative(z)[1], derivatives, rtol=precision, atol=0)
    assert np.all(sigmoid_and_derivative(z)[1] > 0)


@EVERY_DTYPE
def test_softmax_keeps_relative_precision_in_its_lower_tail(dtype: type) -> None:
    z = np.array([[0, -10, -40, -80]], dtype)
    with localcontext(prec=60):
        exact = exact_activations(CrossEntropyCost(Output.softmax), to_decimal(z))
    precision = 6 * np.finfo(dtype).eps
    np.testing.assert_allclose(softmax(z), exact.astype(np.float64), rtol=precision, atol=0)


def test_softmax_is_a_distribution_and_ignores_a_common_shift() -> None:
    z = np.random.default_rng(0).normal(0, 5, (20, 10))
    np.testing.assert_allclose(softmax(z).sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(softmax(z + 1000), softmax(z), rtol=1e-12)


@EVERY_LOSS
def test_gradient_agrees_with_finite_differences(loss: Loss) -> None:
    rng = np.random.default_rng(1)
    logits, targets = rng.normal(0, 2, (6, 5)), one_hot(6, 5)
    analytic = gradient(loss, logits, targets).ravel()
    flat = logits.reshape(-1)  # a view
    error = directional_error(lambda: loss.value(logits, targets), flat, analytic, rng=rng)
    assert error < 1e-8


@EVERY_LOSS
def test_gradient_is_the_jacobian_of_the_output_times_the_costs_derivative(loss: Loss) -> None:
    """Document 003: the full Jacobian gives the same as the shortcut ``A - Y``."""
    logits, targets = np.random.default_rng(2).normal(0, 2, (6, 5)), one_hot(6, 5)
    computed = gradient(loss, logits, targets)
    for z, y, row in zip(logits, targets, computed, strict=True):
        if loss.output is Output.sigmoid:
            a = 1 / (1 + np.exp(-z))
            jacobian = np.diag(a * (1 - a))
        else:
            a = np.exp(z) / np.exp(z).sum()
            jacobian = np.array(
                [[a[i] * ((i == j) - a[j]) for j in range(len(a))] for i in range(len(a))]
            )
        if isinstance(loss, QuadraticCost):
            derivative = a - y
        elif loss.output is Output.sigmoid:
            derivative = -y / a + (1 - y) / (1 - a)
        else:
            derivative = -y / a
        np.testing.assert_allclose(row, jacobian.T @ derivative / 6, rtol=1e-12, atol=1e-16)


@EVERY_LOSS
def test_cost_is_a_mean_over_examples(loss: Loss) -> None:
    logits, targets = np.random.default_rng(3).normal(0, 2, (6, 5)), one_hot(6, 5)
    cost = loss.value(logits, targets)
    each = [loss.value(z[None], y[None]) for z, y in zip(logits, targets, strict=True)]
    assert cost == pytest.approx(np.mean(each), rel=1e-14)
    twice = np.tile(logits, (2, 1)), np.tile(targets, (2, 1))
    assert loss.value(*twice) == pytest.approx(cost, rel=1e-14)
    half = gradient(loss, logits, targets) / 2
    np.testing.assert_allclose(gradient(loss, *twice), np.tile(half, (2, 1)), rtol=1e-14)


@pytest.mark.parametrize(
    ("loss", "cost"),
    [
        (QuadraticCost(Output.sigmoid), 0.5 * (0.2**2 + 0.6**2)),
        (QuadraticCost(Output.softmax), 0.5 * (3 / 11) ** 2 * 2),
        (CrossEntropyCost(Output.sigmoid), -np.log(0.8) - np.log(0.4)),
        (CrossEntropyCost(Output.softmax), -np.log(8 / 11)),
    ],
)
def test_values_by_hand(loss: Loss, cost: float) -> None:
    """Odds of 4 : 1 and 3 : 2 are sigmoids of 0.8 and 0.6, and a softmax of 8/11 and 3/11."""
    logits = np.log([[4.0, 1.5]])
    assert loss.value(logits, np.array([[1.0, 0.0]])) == pytest.approx(cost, rel=1e-14)


@EVERY_LOSS
@EVERY_DTYPE
def test_inputs_are_not_changed(loss: Loss, dtype: type) -> None:
    logits = np.random.default_rng(4).normal(0, 2, (6, 5)).astype(dtype)
    targets = one_hot(6, 5, dtype=dtype)
    kept = logits.copy(), targets.copy()
    loss.value(logits, targets)
    loss.activations(logits)
    gradient(loss, logits, targets)
    np.testing.assert_array_equal(logits, kept[0])
    np.testing.assert_array_equal(targets, kept[1])


@pytest.mark.parametrize("loss", [QuadraticCost, CrossEntropyCost])
def test_an_output_can_be_given_by_name(loss: type[Loss]) -> None:
    assert loss("sigmoid").output is Output.sigmoid  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="tanh"):
        loss("tanh")  # type: ignore[arg-type]


@pytest.mark.parametrize("z", [10.0, 16.3, 20.3, 50.0])
def test_small_sigmoid_cross_entropy_keeps_its_digits(z: float) -> None:
    value = CrossEntropyCost(Output.sigmoid).value(
        np.array([[z]], np.float32), np.ones((1, 1), np.float32)
    )
    assert value == pytest.approx(np.log1p(np.exp(-float(np.float32(z)))), rel=1e-6)
