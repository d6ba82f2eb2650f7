"""The state of a training that is needed to continue it, and its initial value."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from nn import Activation, Initializer, Loss, Network, Optimizer
from nn.arrays import Array
from nn.optimizers import State


@dataclass
class Progress:
    """The progress of a training: with the network's parameters, its complete state.

    ``order`` is the random generator of the order of examples, as it was before the current epoch.
    """

    state: State
    order: np.random.Generator
    best_parameters: Array  # at the end of the best epoch
    accuracies: list[float] = field(default_factory=list)  # on validation, per complete epoch
    batches: int = 0  # mini-batches done in the current epoch
    gradient_norms: list[float] = field(default_factory=list)  # of these mini-batches
    seconds: float = 0.0  # spent on these mini-batches

    @property
    def epochs(self) -> int:
        """The number of complete epochs."""
        return len(self.accuracies)

    @property
    def best_epoch(self) -> int:
        """The first epoch with the highest validation accuracy, counted from 1."""
        return self.accuracies.index(max(self.accuracies)) + 1


def initialise(
    *,
    sizes: Sequence[int],
    activation: Activation,
    loss: Loss,
    initializer: Initializer,
    optimizer: Optimizer,
    seed: int,
    dtype: npt.DTypeLike,
) -> tuple[Network, Progress]:
    """Return a network before its first step, and the progress of a training before its start.

    The seed gives two independent random streams: for the initial parameters, and for the order of
    the examples.
    """
    streams = np.random.SeedSequence(seed).spawn(2)
    parameters, order = map(np.random.default_rng, streams)
    network = Network(
        sizes,
        activation=activation,
        loss=loss,
        initializer=initializer,
        rng=parameters,
        dtype=dtype,
    )
    state = optimizer.init(network.parameters)
    return network, Progress(state, order, best_parameters=network.parameters.copy())
