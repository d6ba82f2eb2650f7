"""The training loop: mini-batch gradient descent, which yields the metrics of each epoch."""

import copy
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from experiments.examples import Dataset
from experiments.training.descent import Descent, descend
from experiments.training.diagnostics import diagnose
from experiments.training.evaluation import evaluate, norm
from experiments.training.metrics import EpochMetrics
from experiments.training.progress import Progress
from nn import Network, Optimizer, Schedule

if TYPE_CHECKING:
    from nn.compiled import Kernel


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
    kernel: "Kernel | None" = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[EpochMetrics]:
    """Train ``network`` in place, starting at ``progress``; yield the metrics of each epoch.

    ``l2`` is Nielsen's lambda: the cost has the penalty ``l2/(2n) sum w^2`` over the weights, with
    ``n`` the number of training examples. The training has at most ``epochs`` epochs; the schedule
    may end it earlier. A ``kernel`` takes the steps with compiled code. ``stop`` is called as in
    `descend`; the training stops when it returns true. A second call with the same
    ``progress`` and parameters continues there, and gives the same bits as a training that was
    never stopped. Raise `DivergenceError` instead of yielding an epoch with a metric that is not
    finite.
    """
    for part in training_parts(
        network,
        dataset,
        optimizer=optimizer,
        schedule=schedule,
        epochs=epochs,
        batch_size=batch_size,
        l2=l2,
        progress=progress,
        kernel=kernel,
    ):
        if isinstance(part, Descent):
            descend([part], stop=stop)
        else:
            yield part


def training_parts(
    network: Network,
    dataset: Dataset,
    *,
    optimizer: Optimizer,
    schedule: Schedule,
    epochs: int,
    batch_size: int,
    l2: float,
    progress: Progress,
    kernel: "Kernel | None" = None,
) -> Iterator[Descent | EpochMetrics]:
    """Train as `train` does, but let the caller do each descent, perhaps with those of others.

    Yield the descent of an epoch, and then its metrics. The training ends after a descent that is
    not complete.
    """
    penalty = l2 / (2 * len(dataset.train))
    while progress.epochs < epochs and not schedule.ended(progress.accuracies):
        epoch = progress.epochs + 1
        rate = optimizer.learning_rate * schedule.factor(epoch, progress.accuracies)
        order = copy.deepcopy(progress.order)
        descent = Descent(
            network,
            dataset.train,
            batch_size,
            order,
            optimizer=optimizer,
            progress=progress,
            rate=rate,
            decay=2 * penalty,
            kernel=kernel,
        )
        yield descent
        if descent.error is not None:
            raise descent.error
        if not descent.complete:
            return
        metrics = _metrics(network, dataset, progress, rate=rate, penalty=penalty)
        if not metrics.finite:
            raise DivergenceError(epoch)
        progress.accuracies.append(metrics.validation.accuracy)
        if progress.best_epoch == epoch:
            np.copyto(progress.best_parameters, network.parameters)
        progress.order = order
        progress.batches, progress.gradient_norms, progress.seconds = 0, [], 0.0
        yield metrics


def _metrics(
    network: Network, dataset: Dataset, progress: Progress, *, rate: float, penalty: float
) -> EpochMetrics:
    """Return the metrics of the epoch whose mini-batches are done."""
    norms = progress.gradient_norms
    with np.errstate(over="ignore", invalid="ignore"):  # the caller looks for divergence
        return EpochMetrics(
            epoch=progress.epochs + 1,
            train=evaluate(network, dataset.train, penalty=penalty),
            validation=evaluate(network, dataset.validation, penalty=penalty),
            learning_rate=rate,
            minibatch_gradient_norm=sum(norms) / len(norms),
            weight_norms=tuple(norm(w.ravel()) for w in network.weights),
            seconds=progress.seconds,
            images_per_second=len(dataset.train) / progress.seconds,
            diagnostics=diagnose(network, dataset.validation),
        )
