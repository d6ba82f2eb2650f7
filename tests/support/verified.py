"""Subjects to verify: small networks with random images."""

from typing import Any

import networks
import numpy as np
from networks import batch, network

from experiments.examples import Split
from experiments.recording import Certificate
from experiments.training import check_gradient
from experiments.verifying import Subject
from nn import Network, Optimizer

SIZES = (6, 5, 4)
EVERY = [
    *((activation, networks.CROSS_ENTROPY) for activation in networks.ACTIVATIONS),
    *((networks.TANH, loss) for loss in networks.LOSSES if loss != networks.CROSS_ENTROPY),
]
"""Every activation, and every cost with every output, each once or more."""


def subject(
    net: Network | None = None,
    *optimizers: Optimizer,
    penalty: float = 0.0,
    chosen: str = "",
    **options: Any,
) -> Subject:
    """Return a subject with these optimizers, by default one of each in conf/."""
    made = net or network(SIZES, **options)
    images, targets = batch(made.sizes, 30)
    examples = Split(images, targets.argmax(axis=1), targets)
    every = optimizers or networks.OPTIMIZERS
    return Subject(
        made,
        examples,
        {type(each).__name__: each for each in every},
        np.random.default_rng(0),
        certificate(made, examples, l2=2 * len(examples) * penalty),
        penalty=penalty,
        chosen=chosen,
    )


def certificate(net: Network, examples: Split, *, l2: float = 0.0) -> Certificate:
    """Return the certificate of a network."""
    check = check_gradient(net, examples, l2=l2, seed=0)
    return Certificate(
        errors=list(check.errors),
        tolerance=check.tolerance,
        examples=check.examples,
        error_norms=[],
    )
