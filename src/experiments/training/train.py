"""The training loop: mini-batch gradient descent, which yields the metrics of each epoch."""

import copy
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from experiments.examples import Dataset, minibatches
from experiments.training.diagnostics import diagnose
from experiments.training.evaluation import evaluate, norm
from experiments.training.metrics import EpochMetrics
from experiments.training.progress import Progress
from nn import Network, Optimizer, Schedule
from nn.arrays import Array

NORM_EVERY = 16
"""The gradient norm is computed for every 16th mini-batch, which costs less than 1 % of the time.
"""


class DivergenceError(ArithmeticError):
    """The cost, or the norm of gradient or weights, became NaN or infinite in ``epoch``."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"cost or norms became NaN or infinite in epoch {epoch}")
        self.epoch = epoch


def train(
    network: Network,
    dataset: Dataset,
    *,
    optimizer: Optimizer,
    schedule: Schedule,
    epochs: int,
    batch_size: int,
    l2: float,
    progress: Progress,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[EpochMetrics]:
    """Train ``network`` in place, starting at ``progress``; yield the metrics of each epoch.

    ``l2`` is Nielsen's lambda: the cost has the penalty ``l2/(2n) sum w^2`` over the weights, with
    ``n`` the number of training examples. ``stop`` is called before each mini-batch; the training
    ends when it returns true. A second call with the same ``progress`` and parameters continues
    there, and gives the same bits as a training that was never stopped. Raise `DivergenceError`
    instead of yielding an epoch with a metric that is not finite.
    """
    penalty = l2 / (2 * len(dataset.train))
    while progress.epochs < epochs:
        epoch = progress.epochs + 1
        rate = optimizer.learning_rate * schedule.factor(epoch, progress.accuracies)
        order = copy.deepcopy(progress.order)
        start = time.perf_counter()
        with np.errstate(over="ignore", invalid="ignore"):  # divergence is checked below
            batches = minibatches(dataset.train, batch_size, rng=order, skip=progress.batches)
            complete = descend(
                network, batches, optimizer, progress, rate, decay=2 * penalty, stop=stop
            )
            progress.seconds += time.perf_counter() - start
            if not complete:
                return
            metrics = EpochMetrics(
                epoch=epoch,
                train=evaluate(network, dataset.train, penalty=penalty),
                validation=evaluate(network, dataset.validation, penalty=penalty),
                learning_rate=rate,
                minibatch_gradient_norm=sum(progress.gradient_norms) / len(progress.gradient_norms),
                weight_norms=tuple(norm(w.ravel()) for w in network.weights),
                seconds=progress.seconds,
                images_per_second=len(dataset.train) / progress.seconds,
                diagnostics=diagnose(network, dataset.validation),
            )
        if not metrics.finite:
            raise DivergenceError(epoch)
        progress.accuracies.append(metrics.validation.accuracy)
        if progress.best_epoch == epoch:
            np.copyto(progress.best_parameters, network.parameters)
        progress.order = order
        progress.batches, progress.gradient_norms, progress.seconds = 0, [], 0.0
        yield metrics


def descend(
    network: Network,
    batches: Iterable[tuple[Array, Array]],
    optimizer: Optimizer,
    progress: Progress,
    rate: float,
    *,
    decay: float,
    stop: Callable[[], bool],
) -> bool:
    """Take one step per mini-batch and record it in ``progress``; return False if stopped.

    ``decay`` times the weights is added to their gradient. ``stop`` is called before each
    mini-batch, so not after the last.
    """
    parameters, gradient = network.parameters, network.gradient
    weights, weight_gradient = parameters[: network.n_weights], gradient[: network.n_weights]
    scratch = progress.state.scratch[: network.n_weights]
    for images, targets in batches:
        if stop():
            return False
        network.backward(images, targets)
        if decay:
            np.multiply(weights, decay, scratch)
            np.add(weight_gradient, scratch, weight_gradient)
        if progress.batches % NORM_EVERY == 0:
            progress.gradient_norms.append(norm(gradient))
        optimizer.step(parameters, gradient, progress.state, rate)
        progress.batches += 1
    return True
