"""What bounds our seconds: matrix products at their fastest, mini-batches, and updates.

The probes take turns with the contenders, so that other work on the machine affects all alike.
"""

from time import process_time
from typing import Any

import numpy as np

from benchmarks.speed.contender import start
from benchmarks.speed.workloads import Workload
from experiments.examples import Split, minibatches
from nn.arrays import Array

SIDE = 1024
"""The number of rows and columns of the matrices of `peak`."""
PRODUCTS = 5
UPDATES = 50


def peak() -> float:
    """Return the most floating-point operations per second of a product of float32 matrices."""
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal((SIDE, SIDE), np.float32) for _ in range(2))
    out = a @ b
    best = np.inf
    for _ in range(PRODUCTS):
        before = process_time()
        np.dot(a, b, out)
        best = min(best, process_time() - before)
    return 2 * SIDE**3 / best


class Probes:
    """Measures parts of our epoch alone."""

    def __init__(self, workload: Workload, data: Split) -> None:
        self.workload, self.data = workload, data
        self.network = start(workload)
        self.state = workload.optimizer.init(self.network.parameters)
        rows = slice(workload.batch_size)
        self.network.backward(data.images[rows], data.targets[rows])
        self.rng = np.random.default_rng(0)

    def batches(self) -> float:
        """Return the seconds to draw the order of an epoch and to gather its mini-batches."""
        before = process_time()
        for _ in minibatches(self.data, self.workload.batch_size, rng=self.rng):
            pass
        return process_time() - before

    def update(self) -> float:
        """Return the seconds of one update of all parameters, the mean of several."""
        rule = self.workload.optimizer
        parameters, gradient = self.network.parameters, self.network.gradient
        kept, seconds = gradient.copy(), 0.0
        for _ in range(UPDATES):
            gradient[:] = kept  # a step overwrites it
            before = process_time()
            rule.step(parameters, gradient, self.state, rule.learning_rate)
            seconds += process_time() - before
        gradient[:] = kept
        return seconds / UPDATES

    def update_bytes(self) -> int:
        """Return the bytes that the ufuncs of one update read and write, as they are written."""
        rule, counter = self.workload.optimizer, Counter()
        parameters = counted(self.network.parameters.copy(), counter)
        gradient = counted(self.network.gradient.copy(), counter)
        state = rule.init(self.network.parameters)
        state.scratch = counted(state.scratch, counter)
        state.moments = {name: counted(each, counter) for name, each in state.moments.items()}
        rule.step(parameters, gradient, state, rule.learning_rate)
        return counter.bytes


class Counter:
    """Adds up bytes."""

    bytes = 0


class Counted(np.ndarray):
    """An array whose ufuncs add the bytes that they read and write to ``counter``."""

    counter: Counter

    def __array_finalize__(self, source: object) -> None:
        self.counter = getattr(source, "counter", Counter())

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **options: Any
    ) -> Any:
        plain = [np.asarray(each) if isinstance(each, np.ndarray) else each for each in inputs]
        if out is not None:
            options["out"] = tuple(np.asarray(each) for each in out)
        result = getattr(ufunc, method)(*plain, **options)
        read = {id(each): each for each in inputs}.values()  # twice the same is read once
        written = result if isinstance(result, tuple) else (result,)
        self.counter.bytes += sum(
            each.nbytes for each in (*read, *written) if isinstance(each, np.ndarray)
        )
        return result


def counted(array: Array, counter: Counter) -> Counted:
    """Return a view of an array that counts."""
    view = array.view(Counted)
    view.counter = counter
    return view
