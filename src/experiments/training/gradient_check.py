"""Check the gradient with which a network is trained against finite differences, layer by layer.

The gradient is the one that the training uses, `descend`, and the cost the one that it records,
`evaluate`; both with the penalty for large weights, in double precision. A layer is checked along a
random direction ``v`` of its weights and biases: ``(C(x + h v) - C(x - h v)) / 2h`` has to be
``dC/dx . v``. The direction of weights is ``u w^T`` with normal numbers ``u`` and ``w``, of which
``dC/dx . v`` is as large as the norm of ``dC/dx`` in the mean. So one wrong component of a million
makes a difference.
"""

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from experiments.examples import Split
from experiments.training.descent import Descent, descend
from experiments.training.evaluation import evaluate, norm
from experiments.training.progress import Progress
from nn import Network, Optimizer
from nn.arrays import Array
from nn.optimizers import State

if TYPE_CHECKING:
    from nn.compiled import Kernel

MakeKernel: TypeAlias = "Callable[[Network, Split], Kernel | None]"
"""Returns the compiled steps of gradient descent for a network and its examples."""

EXAMPLES = 16
"""The number of examples: few, because each has its own kinks of rectifiers."""
STEPS = (2e-7, 2e-8, 2e-7, 2e-6, 2e-5, 2e-8)
"""The steps ``h``. The next one, with a new direction, is taken only if a layer disagrees.

The first is small enough for kinks to be rare, and large enough for eight digits. A smaller one
avoids a kink inside of the step; a larger one is better where rounding is all that is seen.
"""
TOLERANCE = 1e-5
"""The largest relative error of a right gradient; rounding and curvature give 1e-7 and less."""
ROUNDING = 16 * float(np.finfo(np.float64).eps)
"""The rounding error of a cost, relative to it, or to 1 if it is smaller.

A cost of 1e-5 is the logarithm of 1.00001, or the square of a difference of numbers near 1.
"""
DOUBT = 8
"""Two differences with other steps that disagree are wrong by this times their disagreement."""
PLACES = 8
"""The number of places to which a bias may be moved."""
NUDGE = 1e-3
"""The most by which biases are moved, and twice the least."""
WORST = 2.0
"""The error of a gradient that is not a number; those of numbers are below it."""


@dataclass(frozen=True)
class GradientCheck:
    """The relative error of the gradient of each layer, from the first hidden one to the output.

    ``errors`` is empty if nothing could be checked, because the cost is not finite.
    """

    errors: tuple[float, ...]
    tolerance: float = TOLERANCE
    examples: int = EXAMPLES


@dataclass(frozen=True)
class _NoStep(Optimizer):
    """Leaves the parameters as they are, and the gradient where it is."""

    def update(self, parameters: Array, gradient: Array, state: State, rate: float) -> None:
        pass


def check_gradient(
    network: Network, train: Split, *, l2: float, seed: int, kernel: "MakeKernel | None" = None
) -> GradientCheck:
    """Check the gradient of each layer on the first examples of ``train``.

    ``l2`` is the penalty of the training on all of ``train``. The network stays as it is. The
    random numbers are from a third stream of ``seed``; those of a training are the first two
    (`initialise`). With a ``kernel`` the gradient is that of compiled steps.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2,)))
    with np.errstate(all="ignore"):  # a network that overflows diverges later
        check = _Check(network, train, penalty=l2 / (2 * len(train)), rng=rng)
        training_gradient(
            check.network, check.examples, penalty=check.penalty, order=rng, kernel=kernel
        )
        errors = check.errors() if check.possible else ()
    return GradientCheck(errors, examples=len(check.examples))


def training_gradient(
    network: Network,
    examples: Split,
    *,
    penalty: float,
    order: np.random.Generator,
    kernel: "MakeKernel | None" = None,
) -> None:
    """Write the gradient of a mini-batch to ``network.gradient`` as a training does; take no step.

    The cost is the mean of all ``examples`` plus ``penalty`` times the sum of squared weights.
    """
    optimizer = _NoStep(1.0)
    state = optimizer.init(network.parameters)
    descent = Descent(
        network,
        examples,
        batch_size=len(examples),
        order=order,
        optimizer=optimizer,
        progress=Progress(state, order, network.parameters),
        rate=0.0,
        decay=2 * penalty,
        kernel=kernel and kernel(network, examples),
    )
    descend([descent], stop=lambda: False)
    if descent.error is not None:
        raise descent.error


class _Check:
    """A network in double precision, some examples, and the gradient of their cost."""

    def __init__(
        self, network: Network, train: Split, *, penalty: float, rng: np.random.Generator
    ) -> None:
        self.network = network.in_precision(np.float64)
        self.examples = Split(
            train.images[:EXAMPLES].astype(np.float64),
            train.labels[:EXAMPLES],
            train.targets[:EXAMPLES].astype(np.float64),
        )
        self.penalty, self._rng = penalty, rng
        leave_kinks(self.network, self.examples.images, rng)
        self._cost = self._new_cost()

    @property
    def possible(self) -> bool:
        """Whether cost and gradient have not overflowed."""
        return math.isfinite(self._cost) and not math.isinf(norm(self.network.gradient))

    def errors(self) -> tuple[float, ...]:
        """Return the relative error of the gradient of each layer."""
        return tuple(map(self._error_of, range(len(self.network.weights))))

    def _new_cost(self) -> float:
        """Return the cost of the examples as a training records it."""
        return evaluate(self.network, self.examples, penalty=self.penalty).cost

    def _error_of(self, layer: int) -> float:
        """Return the relative error of the gradient of a layer.

        One direction that agrees is enough: a right gradient disagrees only where a kink lies
        inside of the step, and a wrong one in almost every direction. The error of a wrong gradient
        is the median of all directions that say something.
        """
        errors = []
        for step in STEPS:
            error = self._error(layer, step)
            if error is not None and error <= TOLERANCE:
                return error
            errors.append(error)
        known = [error for error in errors if error is not None]
        return statistics.median(known) if known else TOLERANCE

    def _error(self, layer: int, step: float) -> float | None:
        """Return the relative error of the derivative along one random direction.

        Return None if the difference says nothing: half of the step gives another number.
        """
        weights = self.network.weight_gradients[layer]
        biases = self.network.bias_gradients[layer]
        rows, columns, others = (
            self._rng.standard_normal((n,)) for n in (*weights.shape, biases.size)
        )
        direction = (np.multiply.outer(rows, columns), others)
        analytic = float(rows @ weights @ columns + biases @ others)
        numeric = self._difference(layer, direction, step)
        size, difference = max(abs(numeric), abs(analytic)), abs(numeric - analytic)
        if not math.isfinite(difference):
            return WORST
        error = min(difference / size, math.nextafter(WORST, 0)) if size else 0.0
        if difference <= TOLERANCE * size + ROUNDING * max(abs(self._cost), 1) / step:
            return min(error, TOLERANCE)
        other = self._difference(layer, direction, step / 2)
        return None if difference <= DOUBT * abs(numeric - other) else error

    def _difference(self, layer: int, direction: tuple[Array, Array], step: float) -> float:
        """Return the central difference of the cost along a direction of a layer's parameters."""
        places = (self.network.weights[layer], self.network.biases[layer])
        originals = [place.copy() for place in places]
        costs = []
        for signed in (step, -step):
            for place, original, along in zip(places, originals, direction, strict=True):
                np.multiply(along, signed, place)
                np.add(place, original, place)
            costs.append(self._new_cost())
        for place, original in zip(places, originals, strict=True):
            place[:] = original
        return (costs[0] - costs[1]) / (2 * step)


def leave_kinks(network: Network, images: Array, rng: np.random.Generator) -> None:
    """Move the biases by up to `NUDGE`, so that no rectifier is at its kink for ``images [n, in]``.

    A weighted input that is nearly zero makes finite differences wrong in all directions. Of some
    random places the one is taken whose weighted inputs stay farthest from zero.
    """
    a = images
    for weights, biases in zip(network.weights, network.biases, strict=True):
        z = a @ weights + biases
        shape = (PLACES, biases.size)
        moves = NUDGE * rng.uniform(0.5, 1, shape) * rng.choice([-1, 1], shape)
        distances = np.min(np.abs(z + moves[:, np.newaxis]), axis=1)
        move = np.take_along_axis(moves, np.argmax(distances, axis=0)[np.newaxis], axis=0)[0]
        np.add(biases, move, biases)
        a = z + move
        network.activation.apply(a)
