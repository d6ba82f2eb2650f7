"""Training: mini-batch gradient descent, one `EpochMetrics` per epoch."""

import copy
import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from experiments.configuration.config import Experiment
from experiments.data.dataset import Dataset, Split, minibatches
from experiments.training.diagnostics import diagnose
from nn.arrays import Array
from nn.network import Network
from nn.optimizers import Optimizer, State
from nn.schedules import Schedule

NORM_EVERY = 16
"""The gradient norm is taken of every 16th mini-batch, where it costs less than 1 %."""

CLOCK = ("seconds", "images_per_second")
"""The metrics that say how fast an epoch was, not what came of it."""


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
    diagnostics: Mapping[str, float]

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
            **self.diagnostics,
        }


class DivergenceError(ArithmeticError):
    """The cost, or the norm of gradient or weights, became NaN or infinite in ``epoch``."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"cost or norms became NaN or infinite in epoch {epoch}")
        self.epoch = epoch


@dataclass
class Progress:
    """Where a training stands: with the network's parameters, all that it takes to go on.

    ``order`` is the generator of the order of examples as it was before the epoch under way.
    """

    state: State
    order: np.random.Generator
    chosen: Array  # the parameters at the end of the epoch best on validation
    accuracies: list[float] = field(default_factory=list)  # validation, of each epoch done
    batches: int = 0  # mini-batches done of the epoch under way
    gradient_norms: list[float] = field(default_factory=list)  # of these
    seconds: float = 0.0  # spent on these

    @property
    def epochs(self) -> int:
        """Epochs done."""
        return len(self.accuracies)

    @property
    def chosen_epoch(self) -> int:
        """The first epoch that is the best on the validation set."""
        return self.accuracies.index(max(self.accuracies)) + 1


def begin(experiment: Experiment) -> tuple[Network, Progress]:
    """Return the network before its first step, and a progress of nothing.

    The seed gives independent random streams: initialisation, order of the examples.
    """
    streams = np.random.SeedSequence(experiment.seed).spawn(2)
    initialisation, order = map(np.random.default_rng, streams)
    network = Network(
        experiment.sizes,
        activation=experiment.activation,
        loss=experiment.loss,
        initializer=experiment.initializer,
        rng=initialisation,
        dtype=experiment.dtype,
    )
    state = experiment.optimizer.init(network.parameters)
    return network, Progress(state, order, chosen=network.parameters.copy())


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
    """Train ``network`` in place from where ``progress`` stands, yielding after each epoch.

    ``l2`` is Nielsen's lambda: the cost has the penalty ``l2/(2n) sum w^2`` over the weights, with
    ``n`` the number of training examples. When ``stop`` returns true, it ends after the mini-batch
    under way; with ``progress`` and the parameters it goes on from there to the same bits. Raises
    `DivergenceError` in place of yielding an epoch whose costs are not finite.
    """
    penalty = l2 / (2 * len(dataset.train))
    while progress.epochs < epochs:
        epoch = progress.epochs + 1
        rate = optimizer.learning_rate * schedule.factor(epoch, progress.accuracies)
        order = copy.deepcopy(progress.order)
        start = time.perf_counter()
        with np.errstate(over="ignore", invalid="ignore"):  # a diverging run says so below
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
                gradient_norm=sum(progress.gradient_norms) / len(progress.gradient_norms),
                weight_norms=tuple(_norm(w.ravel()) for w in network.weights),
                seconds=progress.seconds,
                images_per_second=len(dataset.train) / progress.seconds,
                diagnostics=diagnose(network, dataset.validation),
            )
        if not metrics.finite:
            raise DivergenceError(epoch)
        progress.accuracies.append(metrics.validation.accuracy)
        if progress.chosen_epoch == epoch:
            np.copyto(progress.chosen, network.parameters)
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
    """Take one step per mini-batch, counting them in ``progress``; return whether all were taken.

    The last mini-batch of an epoch is not followed by a stop.
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
            progress.gradient_norms.append(_norm(gradient))
        optimizer.step(parameters, gradient, progress.state, rate)
        progress.batches += 1
    return True


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
