"""Gradient descent over the mini-batches of one epoch, for one network or several in lockstep."""

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from experiments.examples import Split, minibatches
from experiments.training.evaluation import norm
from experiments.training.progress import Progress
from nn import Network, Optimizer

if TYPE_CHECKING:
    from nn.compiled import Kernel

NORM_EVERY = 16
"""The gradient norm is computed for every 16th mini-batch, which costs less than 1 % of the time.
"""


@dataclass
class Descent:
    """The mini-batches that are left of an epoch, for one network.

    ``decay`` times the weights is added to their gradient. ``order`` draws the order of the
    examples. A ``kernel`` takes the steps with compiled code. `descend` sets ``complete`` after the
    last mini-batch, and ``error`` if one is raised.
    """

    network: Network
    train: Split
    batch_size: int
    order: np.random.Generator
    optimizer: Optimizer
    progress: Progress
    rate: float
    decay: float
    kernel: "Kernel | None" = None
    complete: bool = False
    error: BaseException | None = None

    @property
    def kind(self) -> Hashable:
        """Descents of the same kind can be done in lockstep: all their arrays have equal shapes."""
        network = self.network
        return (
            id(self.train),
            self.batch_size,
            self.progress.batches,
            network.sizes,
            network.activation,
            network.loss,
            network.parameters.dtype,
            self.kernel,
        )

    def step(self) -> None:
        """Update the parameters with the gradient that the network has."""
        network, progress = self.network, self.progress
        if self.decay:
            weights, gradient = (
                each[: network.n_weights] for each in (network.parameters, network.gradient)
            )
            scratch = progress.state.scratch[: network.n_weights]
            np.multiply(weights, self.decay, scratch)
            np.add(gradient, scratch, gradient)
        if progress.batches % NORM_EVERY == 0:
            progress.gradient_norms.append(norm(network.gradient))
        self.optimizer.step(network.parameters, network.gradient, progress.state, self.rate)
        progress.batches += 1


def descend(descents: Sequence[Descent], *, stop: Callable[[], bool]) -> None:
    """Take one step per mini-batch in each of several descents of the same kind.

    One call computes the gradients of all networks, with the bits that each would have alone. Each
    gets an equal share of the seconds. ``stop`` is called before each mini-batch; the descents end
    when it returns true, and are not complete. With a kernel it is called every few
    milliseconds. An error is raised in each training, not here.
    """
    start, complete, failure = time.perf_counter(), False, None
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # each training looks for divergence
            complete = _take_steps(descents, stop)
    except (Exception, KeyboardInterrupt) as error:
        failure = error
    seconds = (time.perf_counter() - start) / len(descents)
    for each in descents:
        each.progress.seconds += seconds
        each.complete, each.error = complete, failure


def _take_steps(descents: Sequence[Descent], stop: Callable[[], bool]) -> bool:
    """Take the steps of `descend`; return False if they were stopped."""
    first, *others = descents
    if first.kernel is not None:
        return _take_compiled_steps(first, first.kernel, stop)
    networks = Network.stack([each.network for each in descents]) if others else first.network
    batches = minibatches(
        first.train,
        first.batch_size,
        rng=[each.order for each in descents] if others else first.order,
        skip=first.progress.batches,
    )
    for images, targets in batches:
        if stop():
            return False
        networks.backward(images, targets)
        for each in descents:
            each.step()
    return True


def _take_compiled_steps(descent: Descent, kernel: "Kernel", stop: Callable[[], bool]) -> bool:
    """Take the steps of one descent with its kernel, as `_take_steps` does."""
    progress, n = descent.progress, len(descent.train)
    order = descent.order.permutation(n)
    end, at_once = -(-n // descent.batch_size), kernel.steps_at_once(descent.batch_size)
    while progress.batches < end:
        if stop():
            return False
        batches = range(progress.batches, min(progress.batches + at_once, end))
        progress.gradient_norms += kernel.take_steps(
            progress.state,
            order,
            batch_size=descent.batch_size,
            batches=batches,
            rate=descent.rate,
            decay=descent.decay,
            norm_every=NORM_EVERY,
        )
        progress.batches = batches.stop
    return True
