"""Training: mini-batch gradient descent, one `EpochMetrics` per epoch."""

import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.data import Dataset, Split, minibatches
from nn.arrays import Array
from nn.network import Network
from nn.optimizers import Optimizer, State
from nn.schedules import Schedule

NORM_EVERY = 16
"""The gradient norm is taken of every 16th mini-batch, where it costs less than 1 %."""


@dataclass(frozen=True)
class Evaluation:
    """Mean cost, penalty included, and accuracy in [0, 1] on one split."""

    cost: float
    accuracy: float


@dataclass(frozen=True)
class EpochMetrics:
    """What is recorded of an epoch, the parameters being those at its end."""

    epoch: int
    train: Evaluation
    validation: Evaluation
    learning_rate: float
    gradient_norm: float  # L2 norm of a mini-batch's gradient, mean over every 16th mini-batch
    weight_norms: tuple[float, ...]  # L2 norm of each layer's weights
    seconds: float  # spent on the mini-batches, evaluation excluded
    images_per_second: float

    @property
    def finite(self) -> bool:
        """Whether nothing is NaN or infinite."""
        return all(map(math.isfinite, self.by_name().values()))

    def by_name(self) -> dict[str, float]:
        """Return the metrics under the names they are tracked by."""
        return {
            "train/cost": self.train.cost,
            "train/accuracy": self.train.accuracy,
            "validation/cost": self.validation.cost,
            "validation/accuracy": self.validation.accuracy,
            "learning_rate": self.learning_rate,
            "gradient_norm": self.gradient_norm,
            **{f"weight_norm/{i}": norm for i, norm in enumerate(self.weight_norms, 1)},
            "seconds": self.seconds,
            "images_per_second": self.images_per_second,
        }


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
    rng: np.random.Generator,
) -> Iterator[EpochMetrics]:
    """Train ``network`` in place, yielding after each epoch; ``rng`` draws the order of examples.

    ``l2`` is Nielsen's lambda: the cost has the penalty ``l2/(2n) sum w^2`` over the weights, with
    ``n`` the number of training examples. Raises `DivergenceError` in place of yielding an
    epoch whose costs are not finite.
    """
    state = optimizer.init(network.parameters)
    accuracies: list[float] = []
    penalty = l2 / (2 * len(dataset.train))
    for epoch in range(1, epochs + 1):
        rate = optimizer.learning_rate * schedule.factor(epoch, accuracies)
        start = time.perf_counter()
        with np.errstate(over="ignore", invalid="ignore"):  # a diverging run says so below
            batches = minibatches(dataset.train, batch_size, rng=rng)
            gradient_norm = descend(network, batches, optimizer, state, rate, decay=2 * penalty)
            seconds = time.perf_counter() - start
            metrics = EpochMetrics(
                epoch=epoch,
                train=evaluate(network, dataset.train, penalty=penalty),
                validation=evaluate(network, dataset.validation, penalty=penalty),
                learning_rate=rate,
                gradient_norm=gradient_norm,
                weight_norms=tuple(_norm(w.ravel()) for w in network.weights),
                seconds=seconds,
                images_per_second=len(dataset.train) / seconds,
            )
        if not metrics.finite:
            raise DivergenceError(epoch)
        accuracies.append(metrics.validation.accuracy)
        yield metrics


def descend(
    network: Network,
    batches: Iterable[tuple[Array, Array]],
    optimizer: Optimizer,
    state: State,
    rate: float,
    *,
    decay: float,
) -> float:
    """Take one step per mini-batch; return the mean of the gradient norms."""
    parameters, gradient = network.parameters, network.gradient
    weights, weight_gradient = parameters[: network.n_weights], gradient[: network.n_weights]
    scratch = state.scratch[: network.n_weights]
    norms = []
    for i, (images, targets) in enumerate(batches):
        network.backward(images, targets)
        if decay:
            np.multiply(weights, decay, scratch)
            np.add(weight_gradient, scratch, weight_gradient)
        if i % NORM_EVERY == 0:
            norms.append(_norm(gradient))
        optimizer.step(parameters, gradient, state, rate)
    return sum(norms) / len(norms)


def evaluate(network: Network, split: Split, *, penalty: float) -> Evaluation:
    """Return mean cost, with ``penalty`` times the sum of squared weights, and accuracy."""
    logits = network.logits(split.images)
    cost = network.loss.value(logits, split.targets)
    if penalty:
        cost += penalty * _norm(network.parameters[: network.n_weights]) ** 2
    return Evaluation(cost, float(np.mean(logits.argmax(axis=1) == split.labels)))


def confusion_matrix(network: Network, split: Split) -> npt.NDArray[np.intp]:
    """Return how often each label (row) was taken for each class (column), ``[k, k]``."""
    k = split.targets.shape[1]
    predicted = network.logits(split.images).argmax(axis=1)
    return np.bincount(split.labels * k + predicted, minlength=k * k).reshape(k, k)


def _norm(vector: Array) -> float:
    return math.sqrt(float(vector @ vector))
