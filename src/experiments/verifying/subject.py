"""What is verified: a network in double precision, some examples, and optimizers."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.configuration import Experiment
from experiments.examples import Split
from experiments.training import initialise, leave_kinks
from nn import Network, Optimizer
from nn.arrays import Array

BATCH = 10
"""The number of examples of a mini-batch here; the cost of checking grows with it."""
BATCHES = 3
"""Mini-batches, one for each step of an optimizer."""


@dataclass(frozen=True)
class Subject:
    """A network at its initialisation, training images, and an optimizer by its name in conf/.

    ``rng`` draws the parameters that are checked by finite differences.
    """

    network: Network
    examples: Split
    optimizers: Mapping[str, Optimizer]
    rng: np.random.Generator

    @classmethod
    def of(cls, experiment: Experiment, optimizers: Mapping[str, Optimizer]) -> "Subject":
        """Return the subject of an experiment: its initial network and its first training images.

        The biases are moved a little, because a rectifier whose inputs are all zero has no
        derivative. Raise DataError if the data cannot be read.
        """
        rng = np.random.default_rng(np.random.SeedSequence(experiment.seed, spawn_key=(2,)))
        network, _ = initialise(
            sizes=experiment.sizes,
            activation=experiment.activation,
            loss=experiment.loss,
            initializer=experiment.initializer,
            optimizer=experiment.optimizer,
            seed=experiment.seed,
            dtype=np.float64,
        )
        train = experiment.dataset.load(np.float64).train
        rows = slice(BATCH * BATCHES)
        examples = Split(train.images[rows], train.labels[rows], train.targets[rows])
        leave_kinks(network, examples.images, rng)
        return cls(network, examples, optimizers, rng)

    def batch(self, number: int) -> tuple[Array, Array]:
        """Return images and targets of a mini-batch, the first again if there are too few."""
        start = number * BATCH if number * BATCH < len(self.examples) else 0
        rows = slice(start, start + BATCH)
        return self.examples.images[rows], self.examples.targets[rows]

    def gradient(self, number: int) -> Array:
        """Return our gradient for a mini-batch, ``[p]``."""
        self.network.backward(*self.batch(number))
        return self.network.gradient.copy()
