"""The certificate of a run: its gradient checked before it trains, and the initial errors."""

import dataclasses
import math
from functools import partial

import numpy as np

from experiments.configuration import Experiment
from experiments.examples import Dataset
from experiments.recording import Certificate
from experiments.running.backends import kernel
from experiments.training import ERROR_NORM, check_gradient, diagnose
from nn import SGD, Network


def certify(experiment: Experiment, network: Network, dataset: Dataset) -> Certificate:
    """Return the certificate of an experiment, given its initial network, which stays as it is.

    The compiled loop is checked if it trains in double precision, as the check does: to compile it
    for the check only would take seconds.
    """
    compiled = None
    if experiment.backend != "numpy" and experiment.dtype == "float64":
        compiled = partial(kernel, dataclasses.replace(experiment, optimizer=SGD(1.0)))
    check = check_gradient(
        network, dataset.train, l2=experiment.l2, seed=experiment.seed, kernel=compiled
    )
    with np.errstate(over="ignore", invalid="ignore"):  # such a network diverges
        metrics = diagnose(network, dataset.validation)
    norms = [value for name, value in metrics.items() if name.startswith(ERROR_NORM)]
    return Certificate(
        errors=list(check.errors),
        tolerance=check.tolerance,
        examples=check.examples,
        error_norms=norms if all(map(math.isfinite, norms)) else [],
    )
