"""The contender of this project: the loop of `experiments.training.train` without metrics."""

from time import process_time

import numpy as np

from benchmarks.speed.contender import Contender, start
from benchmarks.speed.workloads import Workload
from experiments.examples import Split, minibatches
from experiments.interruption import Interruption
from experiments.training import Progress, descend
from nn.arrays import Array


class Ours(Contender):
    """The network of this project."""

    NAME = "ours"

    def __init__(self, workload: Workload, data: Split) -> None:
        self.workload, self.data = workload, data
        self.network = start(workload)
        state = workload.optimizer.init(self.network.parameters)
        self.progress = Progress(state, np.random.default_rng(1), self.network.parameters.copy())

    def epoch(self) -> float:
        before, optimizer = process_time(), self.workload.optimizer
        batches = minibatches(self.data, self.workload.batch_size, rng=self.progress.order)
        descend(
            self.network,
            batches,
            optimizer,
            self.progress,
            optimizer.learning_rate,
            decay=0.0,
            stop=Interruption().requested,
        )
        return process_time() - before

    def predict(self, images: Array) -> Array:
        return self.network.predict(images)[np.newaxis]
