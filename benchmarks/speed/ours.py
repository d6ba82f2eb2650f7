"""The contenders of this project: the loop of `experiments.training.train` without metrics."""

from time import process_time

import numpy as np

from benchmarks.speed.contender import Contender, start
from benchmarks.speed.workloads import Workload
from experiments.examples import Split
from experiments.interruption import Interruption
from experiments.training import Descent, Progress, descend
from nn.arrays import Array
from nn.compiled import Kernel


class Ours(Contender):
    """The network of this project."""

    NAME = "ours"

    def __init__(self, workload: Workload, data: Split) -> None:
        self.workload, self.data = workload, data
        self.networks = [start(workload, seed=seed) for seed in range(self.runs)]
        self.states = [workload.optimizer.init(each.parameters) for each in self.networks]
        self.orders = [np.random.default_rng(1 + seed) for seed in range(self.runs)]
        self.kernel: Kernel | None = None

    def epoch(self) -> float:
        before = process_time()
        descend(
            [
                Descent(
                    network,
                    self.data,
                    self.workload.batch_size,
                    order,
                    optimizer=self.workload.optimizer,
                    progress=Progress(state, order, best_parameters=network.parameters),
                    rate=self.workload.optimizer.learning_rate,
                    decay=0.0,
                    kernel=self.kernel,
                )
                for network, state, order in zip(
                    self.networks, self.states, self.orders, strict=True
                )
            ],
            stop=Interruption().requested,
        )
        return process_time() - before

    def predict(self, images: Array) -> Array:
        return np.stack([network.predict(images) for network in self.networks])


class OursInLockstep(Ours):
    """Four networks of this project, whose gradients are computed in one call."""

    NAME = "ours, 4 seeds"
    runs = 4


class OursCompiled(Ours):
    """The network of this project with `backend=numba`."""

    NAME = "ours, numba"

    def __init__(self, workload: Workload, data: Split) -> None:
        super().__init__(workload, data)
        before = process_time()
        self.kernel = Kernel(self.networks[0], workload.optimizer, data.images, data.targets)
        self.compile_seconds = process_time() - before
