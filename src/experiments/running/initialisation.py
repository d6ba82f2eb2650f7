"""The network of an experiment before its first step."""

from experiments.configuration import Experiment
from experiments.training import Progress, initialise
from nn import Network


def initial_state(experiment: Experiment) -> tuple[Network, Progress]:
    """Return the network before its first step, and the progress of a training at its start."""
    return initialise(
        sizes=experiment.sizes,
        activation=experiment.activation,
        loss=experiment.loss,
        initializer=experiment.initializer,
        optimizer=experiment.optimizer,
        seed=experiment.seed,
        dtype=experiment.dtype,
    )
