"""What a contender is: one or several networks in training with one library."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from benchmarks.speed.workloads import Workload
from experiments.examples import Split
from nn import LeCunNormal, Network
from nn.arrays import Array


class Contender(ABC):
    """Networks in training on one workload.

    A contender is made with the workload and its data. Its seconds divided by ``runs`` are those
    that are compared.
    """

    NAME: ClassVar[str]
    runs: ClassVar[int] = 1
    """The number of networks that are trained at once, each with its own seed and order."""
    compile_seconds: float | None = None
    """Seconds to compile the program before the first epoch, if there is such a program."""

    @abstractmethod
    def __init__(self, workload: Workload, data: Split) -> None:
        """Make the networks before training, the first with the weights of `start`."""

    @abstractmethod
    def epoch(self) -> float:
        """Train all networks for one epoch and return the seconds of processor time."""

    @abstractmethod
    def predict(self, images: Array) -> Array:
        """Return the output activations of every network, ``[runs, n, classes]``."""


def start(workload: Workload, *, seed: int = 0) -> Network:
    """Return the network before training, which is the same for all contenders."""
    return Network(
        workload.sizes,
        activation=workload.activation,
        loss=workload.loss,
        initializer=LeCunNormal(0.0),
        rng=np.random.default_rng(seed),
    )
