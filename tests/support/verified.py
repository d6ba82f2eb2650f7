"""Subjects to verify: small networks with random images."""

from typing import Any

import networks
import numpy as np
from networks import batch, network

from experiments.examples import Split
from experiments.verifying import Subject
from nn import Network, Optimizer

SIZES = (6, 5, 4)
EVERY = [
    *((activation, networks.CROSS_ENTROPY) for activation in networks.ACTIVATIONS),
    *((networks.TANH, loss) for loss in networks.LOSSES if loss != networks.CROSS_ENTROPY),
]
"""Every activation, and every cost with every output, each once or more."""


def subject(net: Network | None = None, *optimizers: Optimizer, **options: Any) -> Subject:
    """Return a subject with these optimizers, by default one of each in conf/."""
    made = net or network(SIZES, **options)
    images, targets = batch(made.sizes, 30)
    chosen = optimizers or networks.OPTIMIZERS
    return Subject(
        made,
        Split(images, targets.argmax(axis=1), targets),
        {type(each).__name__: each for each in chosen},
        np.random.default_rng(0),
    )
