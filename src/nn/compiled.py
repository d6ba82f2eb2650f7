"""Mini-batch steps as one compiled loop, with numba: the same mathematics as the rest of `nn`.

The classes of `nn` are the reference. A `Kernel` computes what their `Network.backward` and
`Optimizer.step` compute, one mini-batch after the other, without Python between them. The numbers
differ by rounding, because sums are taken in another order. Five things make it faster:

- A loop does all elementwise operations on a number at once; NumPy makes a pass for each of them.
- The first layer leaves out the pixels that are zero in all images of a mini-batch. Their weights
  do not act on the activations, and their gradient is zero.
- Gradient descent without a penalty subtracts the gradient as it is computed, without keeping it.
- The processor makes zero of denormal numbers, where it can: they take many times as long.
- Exponentials in single precision are polynomials, of which a compiler makes vectors.

numba keeps the machine code on the disk, in `__pycache__` or in the user's cache folder. It looks
only at the time of this file, so the constants of other files are arguments here, not global names.
"""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numba.np.linalg import ensure_blas

from nn.activations import Activation, Identity, LeakyReLU, ReLU, Sigmoid, Tanh
from nn.arrays import Array, zeros
from nn.denormals import no_denormals
from nn.losses import CrossEntropyCost, Loss, Output, QuadraticCost
from nn.network import Network
from nn.optimizers import (
    SGD,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
    State,
    flush_below,
    flush_interval,
)

Whole: TypeAlias = npt.NDArray[np.integer[Any]]

NUMBERS: Mapping[type, int] = {
    **{cls: i for i, cls in enumerate((Identity, Sigmoid, Tanh, ReLU, LeakyReLU))},
    **{cls: i for i, cls in enumerate((QuadraticCost, CrossEntropyCost))},
    **{cls: i for i, cls in enumerate((SGD, Momentum, Nesterov, RMSProp, Adam, AdamW))},
}
"""The classes that the compiled loop knows, and their numbers there."""
DECAYS = ("momentum", "decay_rate", "beta1", "beta2")
"""The options of optimizers by which moments decay, in the order of the moments."""
OPERATIONS = 1e9
"""Operations of one call, which takes about 10 ms; a single step may be more."""
LN2 = math.log(2)
DENSE = 0.9
"""If a larger share of the pixels is used, the first layer leaves none out."""
OPTIONS: Mapping[str, Any] = {
    "cache": True,
    "error_model": "numpy",
    "fastmath": {"reassoc", "contract", "nsz"},
}

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return a function that is compiled at its first call."""
    made: Function = njit(**OPTIONS)(function)
    return made


ensure_blas()
gemm: Any = types.ExternalFunction(
    "numba_xxgemm",  # numba's own entry to the BLAS library of SciPy
    types.intc(
        *[types.char] * 3, *[types.intp] * 3, types.voidptr, types.voidptr, types.intp,
        types.voidptr, types.intp, types.voidptr, types.voidptr, types.intp,
    ),
)  # fmt: skip
gemm.__qualname__ = gemm.symbol  # a name, as functions have: its state changes with its use


def check(activation: Activation, loss: Loss, optimizer: Optimizer) -> None:
    """Raise ValueError for a class that the compiled loop does not know."""
    for part in (activation, loss, optimizer):
        if type(part) not in NUMBERS:
            raise ValueError(f"numba knows no {type(part).__qualname__}, only the classes of nn")


class Kernel:
    """Takes the steps of a training with compiled code.

    ``images [n, sizes[0]]`` and ``targets [n, sizes[-1]]`` are all training examples, in the type
    of the network's parameters. Raise ValueError for other types, and as `check` does.
    """

    def __init__(
        self, network: Network, optimizer: Optimizer, images: Array, targets: Array
    ) -> None:
        check(network.activation, network.loss, optimizer)
        self._network = network
        self._images, self._targets = (
            _read_only(each, network.parameters.dtype) for each in (images, targets)
        )
        given = vars(optimizer)
        rates = ([given[name] for name in DECAYS if name in given] + [0.0, 0.0])[:2]
        parts = (network.activation, network.loss, optimizer)
        softmax = network.loss.output is Output.softmax
        self._choices = np.array(
            [*(NUMBERS[type(part)] for part in parts), softmax, *map(flush_interval, rates)]
        )
        slope = getattr(network.activation, "slope", 0.0)
        below = flush_below(network.parameters.dtype)
        others = [given.get(name, 0.0) for name in ("epsilon", "weight_decay")]
        self._options = np.array([slope, *rates, *others, below])
        self.take_steps(  # no step: it compiles the loop, or loads its machine code
            optimizer.init(network.parameters),
            np.arange(1),
            batch_size=1,
            batches=range(0),
            rate=0.0,
            decay=0.0,
            norm_every=1,
        )

    def steps_at_once(self, batch_size: int) -> int:
        """Return how many steps one call should take, to return soon."""
        n = len(self._network.parameters)
        return max(1, int(OPERATIONS / ((6 * batch_size + 100) * n + 1e5)))

    def take_steps(
        self,
        state: State,
        order: npt.NDArray[np.intp],
        *,
        batch_size: int,
        batches: range,
        rate: float,
        decay: float,
        norm_every: int,
    ) -> list[float]:
        """Update parameters and state with some of the mini-batches of an epoch.

        Mini-batch ``i`` are the examples ``order[i * batch_size:]``; ``batches`` are the numbers of
        those to use. ``decay`` times the weights is added to their gradient. Return the norm of
        the gradient for each mini-batch whose number is a multiple of ``norm_every``.
        """
        network, batch_size = self._network, min(batch_size, len(order))
        dtype = network.parameters.dtype
        norms = np.empty(len(batches), dtype)
        moments = [*state.moments.values(), *[np.empty(0, dtype)] * 2]
        memory = _memory(batch_size * (network.sizes[0] + 2 * sum(network.sizes[1:])), dtype)
        with no_denormals():
            n_norms = _steps(
                np.array(network.sizes), self._choices, self._options, network.parameters,
                network.gradient, moments[0], moments[1], state.scratch, memory, self._images,
                self._targets, order, batch_size, batches.start, batches.stop, state.steps, rate,
                decay, norm_every, norms,
            )  # fmt: skip
        state.steps += len(batches)
        return [float(each) for each in norms[:n_norms]]


def _read_only(array: Array, dtype: npt.DTypeLike) -> Array:
    """Return a read-only view: numba compiles once more for arrays that can be written."""
    if array.dtype != dtype or not array.flags.c_contiguous:
        raise ValueError(f"examples must be contiguous {dtype}, not {array.dtype}")
    view = array.view()
    view.flags.writeable = False
    return view


@lru_cache(maxsize=2)
def _memory(size: int, dtype: npt.DTypeLike) -> Array:
    """Return working memory, which each call overwrites."""
    return zeros(size, dtype)


@compiled
def _steps(
    sizes: Whole, choices: Whole, options: Array, parameters: Array, gradient: Array, first: Array,
    second: Array, scratch: Array, memory: Array, images: Array, targets: Array, order: Whole,
    batch_size: int, begin: int, end: int, steps: int, rate: float, decay: float, norm_every: int,
    norms: Array,
) -> int:  # fmt: skip
    """Take the steps of the mini-batches ``begin`` to ``end``; return the number of norms.

    ``memory`` holds the used pixels of the images ``x``, and per layer activations and errors.
    """
    number, last, n_norms = parameters.dtype.type, len(sizes) - 2, 0
    n_weights = np.sum(sizes[:-1] * sizes[1:])
    n_first = sizes[0] * sizes[1]
    used, seen = np.empty(sizes[0] + 1, np.int64), np.empty(sizes[0], parameters.dtype)
    factors = np.array([0.0, 1.0, -rate]).astype(parameters.dtype)
    zero, one, minus = factors[:1], factors[1:2], factors[2:]
    activations = memory[batch_size * sizes[0] :]
    errors = activations[batch_size * np.sum(sizes[1:]) :]
    for batch in range(begin, end):
        rows = order[batch * batch_size : (batch + 1) * batch_size]
        n = len(rows)
        n_used = _gather(images, rows, seen, used, memory)
        x, first_layer = memory[: n * n_used], parameters[:n_first]
        if n_used < sizes[0]:
            first_layer = scratch[: n_used * sizes[1]]
            _copy_rows(parameters, first_layer, used, n_used, sizes[1], False)

        a, n_in, w, weights, biases, here = x, n_used, first_layer, 0, n_weights, 0
        for layer in range(last + 1):
            n_out = sizes[layer + 1]
            z = activations[here : here + n * n_out]
            for row in range(n):
                line, bias = z[row * n_out :], parameters[biases:]
                for j in range(n_out):
                    line[j] = bias[j]
            _product(False, False, n, n_out, n_in, one, a, w, one, z)
            if layer < last:
                _activate(choices[0], number(options[0]), z)
                weights, biases = weights + sizes[layer] * n_out, biases + n_out
                here += batch_size * n_out
                w = parameters[weights : weights + n_out * sizes[layer + 2]]
            a, n_in = z, n_out

        delta = errors[here : here + len(a)]
        _output_error(choices[1], choices[3], a, targets, rows, delta)

        measured = batch % norm_every == 0
        direct = choices[2] == 0 and not decay and not measured
        scale, keep, out = (minus, one, parameters) if direct else (one, zero, gradient)
        if not direct and n_used < sizes[0]:
            gradient[:n_first] = 0
        for layer in range(last, -1, -1):
            n_in, n_out = sizes[layer], sizes[layer + 1]
            a, previous = x, delta
            if layer:
                here -= batch_size * n_in
                a, previous = activations[here : here + n * n_in], errors[here : here + n * n_in]
                w = parameters[weights : weights + n_in * n_out]
                _product(False, True, n, n_in, n_out, one, delta, w, zero, previous)
                _multiply_by_slope(choices[0], number(options[0]), a, previous)
            if layer or n_used == n_in:
                part = out[weights : weights + n_in * n_out]
                _product(True, False, n_in, n_out, n, scale, a, delta, keep, part)
            else:
                _product(True, False, n_used, n_out, n, scale, x, delta, keep, first_layer)
                _copy_rows(first_layer, out, used, n_used, n_out, True)
            part = out[biases : biases + n_out]
            if not direct:
                part[:] = 0
            for row in range(n):
                line, factor = delta[row * n_out :], scale[0]
                for j in range(n_out):
                    part[j] += factor * line[j]
            delta = previous
            if layer:
                weights, biases = weights - sizes[layer - 1] * n_in, biases - n_in

        steps += 1
        if direct:
            continue
        if decay:
            for i in range(n_weights):
                gradient[i] += number(decay) * parameters[i]
        if measured:
            norms[n_norms] = math.sqrt(np.sum(gradient * gradient))
            n_norms += 1
        _update(choices, options, parameters, gradient, first, second, steps, rate)
    return n_norms


@compiled
def _gather(images: Array, rows: Whole, seen: Array, used: Whole, x: Array) -> int:
    """Write the used pixels of some images to ``x``, their numbers to ``used``; return how many."""
    n_pixels, n_used = len(seen), 0
    seen[:] = 0
    last = len(rows) - 1
    for i in range(0, last + 1, 8):  # eight at once, because a read from memory takes long
        a, b = images[rows[i]], images[rows[min(i + 1, last)]]
        c, d = images[rows[min(i + 2, last)]], images[rows[min(i + 3, last)]]
        e, f = images[rows[min(i + 4, last)]], images[rows[min(i + 5, last)]]
        g, h = images[rows[min(i + 6, last)]], images[rows[min(i + 7, last)]]
        for j in range(n_pixels):
            seen[j] += (abs(a[j]) + abs(b[j])) + (abs(c[j]) + abs(d[j]))
            seen[j] += (abs(e[j]) + abs(f[j])) + (abs(g[j]) + abs(h[j]))
    for j in range(n_pixels):
        used[n_used] = j
        n_used += seen[j] != 0
    if n_used > DENSE * n_pixels:
        n_used = n_pixels
        used[:n_pixels] = np.arange(n_pixels)
    for i, row in enumerate(rows):
        image, line = images[row], x[i * n_used : (i + 1) * n_used]
        for j in range(n_used):
            line[j] = image[used[j]]
    return n_used


@compiled
def _copy_rows(source: Array, target: Array, used: Whole, n_used: int, n: int, back: bool) -> None:
    """Copy the used rows, of ``n`` numbers, of ``source`` to ``target``, or ``back``."""
    i = 0
    while i < n_used:
        begin, first = i, used[i]
        while i < n_used and used[i] - first == i - begin:  # rows that follow each other
            i += 1
        near, far = begin * n, first * n
        to, start = (far, near) if back else (near, far)
        there, here = target[to:], source[start:]
        for j in range((i - begin) * n):
            there[j] = here[j]


@compiled
def _product(
    a_transposed: bool, b_transposed: bool, m: int, n: int, k: int,
    scale: Array, a: Array, b: Array, keep: Array, out: Array,
) -> None:  # fmt: skip
    """``out [m, n] = scale a [m, k] b [k, n] + keep out``; all of them flat, row by row.

    BLAS has matrices column by column, so it computes the transposed product ``b^T a^T``.
    """
    gemm(
        ord("s") if out.itemsize == 4 else ord("d"),
        ord("t") if b_transposed else ord("n"), ord("t") if a_transposed else ord("n"),
        n, m, k, scale.ctypes, b.ctypes, k if b_transposed else n,
        a.ctypes, m if a_transposed else k, keep.ctypes, out.ctypes, n,
    )  # fmt: skip


@compiled
def _activate(choice: int, slope: np.floating[Any], z: Array) -> None:
    """Overwrite weighted inputs by activations. A comparison with NaN keeps NaN."""
    number, one = z.dtype.type, z.dtype.type(1)
    if choice == 1 and z.itemsize == 4:
        for i in range(len(z)):
            power, rest = _exponential(-z[i])
            z[i] = number(0) if z[i] < -87 else one / ((one + power) + power * rest)
    elif choice == 2 and z.itemsize == 4:
        for i in range(len(z)):
            power, rest = _exponential(number(2) * z[i])
            less_one = (power - one) + power * rest
            z[i] = less_one / (less_one + number(2))
    elif choice == 1:
        for i in range(len(z)):
            z[i] = one / (one + math.exp(-z[i]))
    elif choice == 2:
        for i in range(len(z)):
            z[i] = math.tanh(z[i])
    elif choice == 3:
        for i in range(len(z)):
            z[i] = number(0) if z[i] <= 0 else z[i]
    elif choice == 4:
        for i in range(len(z)):
            z[i] = z[i] * slope if z[i] <= 0 else z[i]


@compiled
def _exponential(x: np.floating[Any]) -> tuple[np.floating[Any], np.floating[Any]]:
    """Return a power of two ``p`` and ``r`` with ``exp(x) = p (1 + r)``, in single precision.

    A compiler makes vectors of this, but not of `math.exp`. With x = n ln 2 + y the power is 2^n,
    and r is Taylor's polynomial of exp(y) - 1, for abs(y) <= ln(2) / 2. The polynomial is wrong by
    5e-9, and rounding n ln 2 adds 2e-7. Beyond -80 and 87, where numbers are not normal, x is taken
    to be one of these.
    """
    number = np.float32
    x = number(-80) if x < -80 else number(87) if x > 87 else x
    n = np.int32(x * number(1 / LN2) + number(0.5 if x > 0 else -0.5))
    y = x - number(n) * number(LN2)
    r = number(1 / 5040)
    for factor in (1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1.0):
        r = r * y + number(factor)
    return _power_of_two(n), r * y  # type: ignore[call-arg]


@intrinsic
def _power_of_two(_: Any, exponent: Any) -> tuple[Any, Any]:
    """``2^n`` as a float32 for an int32 from -126 to 127: its bits are ``(n + 127) << 23``."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        biased = builder.add(arguments[0], ir.Constant(ir.IntType(32), 127))
        bits = builder.shl(biased, ir.Constant(ir.IntType(32), 23))
        return builder.bitcast(bits, ir.FloatType())

    return types.float32(exponent), generate


@compiled
def _multiply_by_slope(choice: int, slope: np.floating[Any], a: Array, delta: Array) -> None:
    """Multiply the errors of a layer by the derivative at its activations."""
    number, one = a.dtype.type, a.dtype.type(1)
    if choice == 1:
        for i in range(len(a)):
            delta[i] *= a[i] * (one - a[i])
    elif choice == 2:
        for i in range(len(a)):
            delta[i] *= one - a[i] * a[i]
    elif choice == 3:
        for i in range(len(a)):
            delta[i] = number(0) if a[i] <= 0 else delta[i]
    elif choice == 4:
        for i in range(len(a)):
            delta[i] = delta[i] * slope if a[i] <= 0 else delta[i]


@compiled
def _output_error(
    choice: int, softmax: int, logits: Array, targets: Array, rows: Whole, delta: Array
) -> None:
    """Write ``dC/dZ`` to ``delta``; the formulas are those of `nn.losses`."""
    number, one, k = logits.dtype.type, logits.dtype.type(1), targets.shape[1]
    share = one / number(len(rows))
    for i, row in enumerate(rows):
        z, d, target = logits[i * k : (i + 1) * k], delta[i * k : (i + 1) * k], targets[row]
        if softmax:
            largest, total, mean = np.max(z), number(0), number(0)
            for j in range(k):
                z[j] = math.exp(z[j] - largest)
                total += z[j]
            for j in range(k):
                z[j] /= total
                d[j] = z[j] - target[j]
                mean += d[j] * z[j]
            for j in range(k):
                d[j] = share * (d[j] if choice == 1 else z[j] * (d[j] - mean))
        else:
            for j in range(k):
                e = math.exp(-abs(z[j]))
                q = one / (one + e)
                d[j] = (q if z[j] >= 0 else e * q) - target[j]
                d[j] *= share if choice == 1 else share * e * q * q


@compiled
def _update(
    choices: Whole, options: Array, parameters: Array, gradient: Array, first: Array, second: Array,
    steps: int, rate: float,
) -> None:  # fmt: skip
    """Apply the update rule of step number ``steps``; the formulas are those of `nn.optimizers`."""
    number, rule = parameters.dtype.type, choices[2]
    decay1, decay2, step = number(options[1]), number(options[2]), number(rate)
    low1 = number(options[5] if choices[4] and steps % choices[4] == 0 else 0)
    low2 = number(options[5] if choices[5] and steps % choices[5] == 0 else 0)
    if rule == 0:
        for i in range(len(parameters)):
            parameters[i] -= step * gradient[i]
    elif rule < 3:
        ahead = rule == 2
        for i in range(len(parameters)):
            v = decay1 * first[i]
            v = (number(0) if abs(v) < low1 else v) + gradient[i]
            first[i] = v
            parameters[i] -= step * (decay1 * v + gradient[i] if ahead else v)
    elif rule == 3:
        unit = math.sqrt(1 - options[1])
        epsilon, step = number(options[3] / unit), number(rate / unit)
        for i in range(len(parameters)):
            s = decay1 * first[i]
            s = (number(0) if abs(s) < low1 else s) + gradient[i] * gradient[i]
            first[i] = s
            parameters[i] -= step * (gradient[i] / (math.sqrt(s) + epsilon))
    else:
        unit1 = (1 - options[1]) / (1 - options[1] ** steps)
        unit2 = math.sqrt((1 - options[2]) / (1 - options[2] ** steps))
        epsilon, step = number(options[3] / unit2), number(rate * unit1 / unit2)
        shrink = number(1 - rate * options[4])
        for i in range(len(parameters)):
            m, v = decay1 * first[i], decay2 * second[i]
            m = (number(0) if abs(m) < low1 else m) + gradient[i]
            v = (number(0) if abs(v) < low2 else v) + gradient[i] * gradient[i]
            first[i], second[i] = m, v
            parameters[i] = shrink * parameters[i] - step * (m / (math.sqrt(v) + epsilon))
