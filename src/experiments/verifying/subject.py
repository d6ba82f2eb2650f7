"""The subject of a verification: a network in double precision, examples, and optimizers."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from experiments.configuration import Experiment
from experiments.examples import Split
from experiments.recording import Certificate
from experiments.running import certify, initial_state
from experiments.training import evaluate, leave_kinks, training_gradient
from nn import Network, Optimizer
from nn.arrays import Array

BATCH = 10
"""The number of examples of a mini-batch here; the cost of checking grows with it."""
BATCHES = 3
"""Mini-batches, one for each step of an optimizer."""


@dataclass(frozen=True)
class Subject:
    """A network at its initialisation, training images, and an optimizer by its name in conf/.

    ``penalty`` times the sum of squared weights is a part of the cost, ``certificate`` the check
    that a run makes before it trains, and ``chosen`` the name of the optimizer that trains. ``rng``
    draws the parameters that are checked by finite differences.
    """

    network: Network
    examples: Split
    optimizers: Mapping[str, Optimizer]
    rng: np.random.Generator
    certificate: Certificate
    penalty: float = 0.0
    chosen: str = ""

    @classmethod
    def of(
        cls, experiment: Experiment, optimizers: Mapping[str, Optimizer], *, chosen: str = ""
    ) -> "Subject":
        """Return the subject of an experiment: its initial network and its first training images.

        The biases are moved a little, because a rectifier whose inputs are all zero has no
        derivative. Raise DataError if the data cannot be read.
        """
        rng = np.random.default_rng(np.random.SeedSequence(experiment.seed, spawn_key=(2,)))
        dataset = experiment.dataset.load(experiment.dtype)
        certificate = certify(experiment, initial_state(experiment)[0], dataset)
        network, _ = initial_state(dataclasses.replace(experiment, dtype="float64"))
        train = dataset.train
        rows = slice(BATCH * BATCHES)
        images, targets = (each[rows].astype(np.float64) for each in (train.images, train.targets))
        leave_kinks(network, images, rng)
        return cls(
            network,
            Split(images, train.labels[rows], targets),
            optimizers,
            rng,
            certificate,
            penalty=experiment.l2 / (2 * len(train)),
            chosen=chosen,
        )

    def batch(self, number: int) -> Split:
        """Return the examples of a mini-batch, the first again if there are too few."""
        start = number * BATCH if number * BATCH < len(self.examples) else 0
        rows = slice(start, start + BATCH)
        every = self.examples
        return Split(every.images[rows], every.labels[rows], every.targets[rows])

    def cost(self) -> float:
        """Return our cost of the first mini-batch, as a training records it."""
        return evaluate(self.network, self.batch(0), penalty=self.penalty).cost

    def gradient(self, number: int) -> Array:
        """Return our gradient for a mini-batch, as a training computes it, ``[p]``."""
        order = np.random.default_rng(number)
        training_gradient(self.network, self.batch(number), penalty=self.penalty, order=order)
        return self.network.gradient.copy()
