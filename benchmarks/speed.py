"""Seconds per epoch on MNIST and one core: this project, PyTorch eager and scikit-learn.

The three take turns, epoch by epoch, so that other work on the machine affects all alike. The first
epoch of each does not count. Seconds are processor time; with one thread they equal the time on the
clock of an idle machine. All compute in float32 and use every example once per epoch, in a new
random order. The time of an epoch includes making the order and the mini-batches. In the end all
must have nearly the same accuracy on the training data.

- Ours is the loop of `experiments.training.train`.
- PyTorch runs in the fastest eager variant that was found: tensors in memory, `index_select`, fused
  Adam, SGD without foreach, denormal numbers set to zero, and a mean squared error whose constant
  is part of the learning rate.
- scikit-learn's MLPClassifier has no cost except cross-entropy. It is used instead of the quadratic
  cost, with a suitable rate; the work is the same except for the output error. An epoch is one
  `partial_fit`, without checks of its arguments. Its matrix products are NumPy's, so
  `experiments.startup` makes it faster, too.
"""

import experiments.startup  # noqa: F401, I001 - before everything else
import argparse
import itertools
import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import ClassVar

import numpy as np
import sklearn
import torch
from sklearn.neural_network import MLPClassifier

from experiments.configuration import PROJECT
from experiments.data import IDXDataset, Subset
from experiments.examples import Split, minibatches
from experiments.interruption import Interruption
from experiments.training import Progress, descend
from nn import (
    SGD,
    Activation,
    Adam,
    CrossEntropyCost,
    LeCunNormal,
    Loss,
    Network,
    Optimizer,
    Output,
    QuadraticCost,
    ReLU,
    Sigmoid,
)
from nn.arrays import Array

SAME_ACCURACY = 0.02
"""The largest difference of the final accuracies on the training data."""


@dataclass(frozen=True)
class Workload:
    """A network and its training, and the largest acceptable ratios of our seconds to theirs."""

    sizes: tuple[int, ...]
    activation: Activation
    loss: Loss
    optimizer: Optimizer
    batch_size: int
    examples: int
    sklearn_rate: float
    most_of_torch: float
    most_of_sklearn: float = 0.5

    def __str__(self) -> str:
        parts = [type(part).__name__ for part in (self.activation, self.loss, self.optimizer)]
        sizes = "-".join(map(str, self.sizes))
        return f"{sizes} {' '.join(parts)}, batch {self.batch_size}, {self.examples:,} images"


SIGMOID = (Sigmoid(), QuadraticCost(Output.sigmoid))
RELU = (ReLU(), CrossEntropyCost(Output.softmax))
ADAM = Adam(0.001, beta1=0.9, beta2=0.999, epsilon=1e-8)
WORKLOADS = (
    Workload((784, 30, 10), *SIGMOID, SGD(3.0), 10, 50_000, 0.3, 0.5),
    Workload((784, 20, 10, 10), *SIGMOID, SGD(3.0), 10, 50_000, 0.3, 0.5),
    Workload((784, 128, 64, 10), *RELU, ADAM, 32, 60_000, ADAM.learning_rate, 0.7),
    Workload((784, 32, 32, 10), *RELU, SGD(0.1), 64, 60_000, 0.1, 0.7),
)


class Contender(ABC):
    """A network in training."""

    NAME: ClassVar[str]

    @abstractmethod
    def epoch(self) -> float:
        """Train for one epoch and return its seconds."""

    @abstractmethod
    def predict(self, images: Array) -> Array:
        """Return the output activations ``[n, classes]``."""


class Ours(Contender):
    """The network of this project."""

    NAME = "ours"

    def __init__(self, workload: Workload, data: Split) -> None:
        self.workload, self.data = workload, data
        self.network = Network(
            workload.sizes,
            activation=workload.activation,
            loss=workload.loss,
            initializer=LeCunNormal(0.0),
            rng=np.random.default_rng(0),
        )
        state = workload.optimizer.init(self.network.parameters)
        self.progress = Progress(state, np.random.default_rng(1), self.network.parameters.copy())

    def epoch(self) -> float:
        start, optimizer = process_time(), self.workload.optimizer
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
        return process_time() - start

    def predict(self, images: Array) -> Array:
        return self.network.predict(images)


class Torch(Contender):
    """The same network and rule in PyTorch."""

    NAME = "PyTorch"

    def __init__(self, workload: Workload, data: Split) -> None:
        torch.manual_seed(0)
        quadratic = isinstance(workload.loss, QuadraticCost)
        self.model = torch_model(workload)
        self.loss = torch.nn.MSELoss() if quadratic else torch.nn.CrossEntropyLoss()
        self.optimizer = torch_optimizer(workload, self.model.parameters())
        self.batch_size = workload.batch_size
        self.images = torch.from_numpy(data.images)
        self.targets = torch.from_numpy(data.targets if quadratic else data.labels)

    def epoch(self) -> float:
        torch.set_flush_denormal(True)  # it acts on this thread, so on NumPy, too
        start = process_time()
        for rows in torch.split(torch.randperm(len(self.images)), self.batch_size):
            images = self.images.index_select(0, rows)
            targets = self.targets.index_select(0, rows)
            self.optimizer.zero_grad(set_to_none=True)
            self.loss(self.model(images), targets).backward()
            self.optimizer.step()
        seconds = process_time() - start
        torch.set_flush_denormal(False)
        return seconds

    def predict(self, images: Array) -> Array:
        with torch.no_grad():
            outputs = self.model(torch.from_numpy(images))
        if isinstance(self.loss, torch.nn.CrossEntropyLoss):
            outputs = torch.softmax(outputs, 1)
        activations: Array = outputs.numpy()
        return activations


class SKLearn(Contender):
    """The same network in scikit-learn, always with cross-entropy."""

    NAME = "scikit-learn"

    def __init__(self, workload: Workload, data: Split) -> None:
        self.data = data
        self.model = MLPClassifier(
            workload.sizes[1:-1],
            activation="logistic" if isinstance(workload.activation, Sigmoid) else "relu",
            solver="adam" if isinstance(workload.optimizer, Adam) else "sgd",
            learning_rate_init=workload.sklearn_rate,
            momentum=0.0,
            alpha=0.0,
            batch_size=workload.batch_size,
            random_state=0,
        )

    def epoch(self) -> float:
        classes = np.arange(self.data.targets.shape[1])
        start = process_time()
        with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
            self.model.partial_fit(self.data.images, self.data.labels, classes=classes)
        return process_time() - start

    def predict(self, images: Array) -> Array:
        activations: Array = self.model.predict_proba(images)
        return activations


def torch_model(workload: Workload) -> torch.nn.Sequential:
    """Return the layers. For cross-entropy, the last layer gives logits."""
    activation = torch.nn.Sigmoid if isinstance(workload.activation, Sigmoid) else torch.nn.ReLU
    layers: list[torch.nn.Module] = []
    for n_in, n_out in itertools.pairwise(workload.sizes):
        layers += [torch.nn.Linear(n_in, n_out), activation()]
    layers.pop()
    if isinstance(workload.loss, QuadraticCost):
        layers.append(torch.nn.Sigmoid())
    return torch.nn.Sequential(*layers)


def torch_optimizer(
    workload: Workload, parameters: Iterable[torch.nn.Parameter]
) -> torch.optim.Optimizer:
    """Return the same update rule.

    MSELoss is also a mean over the k outputs, and our cost is half a sum over them, so the rate of
    SGD gets a factor.
    """
    rate = workload.optimizer.learning_rate
    if isinstance(workload.optimizer, Adam):
        return torch.optim.Adam(parameters, rate, fused=True)
    if isinstance(workload.loss, QuadraticCost):
        rate *= workload.sizes[-1] / 2
    return torch.optim.SGD(parameters, rate, foreach=False)


def one_core() -> None:
    """Use one thread and, if the system allows it, one processor."""
    torch.set_num_threads(1)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def mnist() -> dict[int, Split]:
    """Return two training sets, with 50,000 and with all 60,000 images, by their size."""
    dataset = IDXDataset(
        name="mnist",
        root=str(PROJECT / "data" / "mnist"),
        mirrors=[],
        sha256={},
        first_label=0,
        train_size=None,
        subset=Subset.stratified,
        validation_size=10_000,
        split_seed=0,
    ).load(np.float32)
    a, b = dataset.train, dataset.validation
    whole = Split(
        np.concatenate([a.images, b.images]),
        np.concatenate([a.labels, b.labels]),
        np.concatenate([a.targets, b.targets]),
    )
    return {len(a): a, len(whole): whole}


def race(contenders: Sequence[Contender], rounds: int) -> list[tuple[float, ...]]:
    """Return the seconds of each contender's epochs, except the first epoch."""
    turns = [[each.epoch() for each in contenders] for _ in range(1 + rounds)]
    return list(zip(*turns[1:], strict=True))


def learned(contender: Contender, loss: Loss, data: Split) -> tuple[float, float]:
    """Return the mean cost and the accuracy."""
    a = contender.predict(data.images)
    if isinstance(loss, QuadraticCost):
        cost = 0.5 * float(np.mean(np.sum((a - data.targets) ** 2, axis=1)))
    else:
        cost = -float(np.mean(np.log(a[np.arange(len(a)), data.labels])))
    return cost, float(np.mean(a.argmax(axis=1) == data.labels))


def spread(values: Sequence[float], digits: int) -> str:
    """Return median, minimum and maximum as text."""
    middle, low, high = (f"{f(values):.{digits}f}" for f in (median, min, max))
    return f"{middle} ({low}-{high})"


def compare(workload: Workload, data: Split, rounds: int) -> bool:
    """Print a row for each contender; return whether our seconds meet the targets.

    Return False, too, if a contender reached another accuracy, so its seconds cannot be compared.
    """
    contenders = (Ours(workload, data), Torch(workload, data), SKLearn(workload, data))
    ours, *others = race(contenders, rounds)
    scores = [learned(each, workload.loss, data) for each in contenders]
    good = True
    rows = [f"{spread(ours, 3):51}"]
    for theirs, most in zip(
        others, (workload.most_of_torch, workload.most_of_sklearn), strict=True
    ):
        ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
        met = median(ratios) <= most
        target = f"<= {most} {'met' if met else 'MISSED'}"
        rows.append(f"{spread(theirs, 3):20}{spread(ratios, 2):17}{target:14}")
        good = good and met
    print(f"\n{workload}")
    for contender, row, (cost, accuracy) in zip(contenders, rows, scores, strict=True):
        same = abs(accuracy - scores[0][1]) <= SAME_ACCURACY
        print(f"{contender.NAME:13}{row}{cost:.4f} {accuracy:.3f}{'' if same else ' DIFFERS'}")
        good = good and same
    sys.stdout.flush()
    return good


def main() -> None:
    """Print the table; exit with status 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="Compare seconds per epoch.")
    parser.add_argument("--rounds", type=int, default=5, help="epochs that count (default: 5)")
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error("--rounds must be at least 1")
    one_core()
    print(f"Seconds per epoch on one core, median (minimum-maximum) of {rounds};")
    print("ratio ours/theirs; cost and accuracy on the training data at the end.\n")
    print(f"{'':13}{'seconds':20}{'ratio':17}{'target':14}cost   accuracy")
    data = mnist()
    good = [compare(workload, data[workload.examples], rounds) for workload in WORKLOADS]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
