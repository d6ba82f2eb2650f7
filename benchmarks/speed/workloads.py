"""The workloads: networks, their training, and the images."""

import itertools
from dataclasses import dataclass

import numpy as np

from experiments.configuration import PROJECT
from experiments.data import IDXDataset, Subset
from experiments.examples import Dataset, Split
from nn import (
    SGD,
    Activation,
    Adam,
    CrossEntropyCost,
    Loss,
    Optimizer,
    Output,
    QuadraticCost,
    ReLU,
    Sigmoid,
)


@dataclass(frozen=True)
class Workload:
    """A network and its training on ``images`` images.

    ``sklearn_rate`` is the learning rate of scikit-learn, which has another cost. ``large`` says
    that matrix products take most of the time; its limits are different. ``learns`` says that a few
    epochs train it: otherwise its accuracy is one of chance, and says nothing.
    """

    sizes: tuple[int, ...]
    activation: Activation
    loss: Loss
    optimizer: Optimizer
    batch_size: int
    images: int
    sklearn_rate: float
    large: bool = False
    learns: bool = True

    def __str__(self) -> str:
        kinds = "sigmoid quadratic" if isinstance(self.loss, QuadraticCost) else "ReLU CE"
        return f"{self.network} {kinds} {type(self.optimizer).__name__} b{self.batch_size}"

    @property
    def network(self) -> str:
        """The sizes of the layers as text."""
        return "-".join(map(str, self.sizes))

    @property
    def parameters(self) -> int:
        """The number of weights and biases."""
        return sum((n_in + 1) * n_out for n_in, n_out in itertools.pairwise(self.sizes))

    def flops(self, images: int) -> int:
        """Return the floating-point operations in the matrix products for ``images`` images.

        A product of ``[b, n]`` and ``[n, m]`` has ``2bnm``. Each layer has one forward and one for
        the gradient of its weights; each layer except the first has one for the error before it.
        """
        products = [n_in * n_out for n_in, n_out in itertools.pairwise(self.sizes)]
        return 2 * images * (2 * sum(products) + sum(products[1:]))


SIGMOID = (Sigmoid(), QuadraticCost(Output.sigmoid))
RELU = (ReLU(), CrossEntropyCost(Output.softmax))
ADAM = Adam(0.001, beta1=0.9, beta2=0.999, epsilon=1e-8)
WORKLOADS = (
    Workload((784, 30, 10), *SIGMOID, SGD(3.0), 10, 50_000, 0.3),
    Workload((784, 20, 10, 10), *SIGMOID, SGD(3.0), 10, 50_000, 0.3),
    Workload((784, 128, 64, 10), *RELU, ADAM, 32, 60_000, ADAM.learning_rate),
    Workload((784, 32, 32, 10), *RELU, SGD(0.1), 64, 60_000, 0.1),
    Workload((784, 800, 10), *RELU, SGD(0.1), 128, 60_000, 0.1, large=True),
    Workload((784, 100, 10), *RELU, ADAM, 128, 60_000, ADAM.learning_rate, large=True),
    Workload((784, 256, 128, 64, 10), *RELU, SGD(0.1), 50, 60_000, 0.1, large=True),
)


def dataset() -> Dataset:
    """Return MNIST as `conf/dataset/mnist.yaml` cuts it: 50,000, 10,000 and 10,000 images."""
    return IDXDataset(
        name="mnist",
        root=str(PROJECT / "data" / "mnist"),
        mirrors=[],
        sha256={},
        file_names={},
        gz_sha256={},
        classes=[],
        first_label=0,
        transposed=False,
        flatten=False,
        train_size=None,
        subset=Subset.stratified,
        validation_size=10_000,
        shuffle=True,
        split_seed=0,
    ).load(np.float32)


def mnist() -> dict[int, Split]:
    """Return two training sets, with 50,000 and with all 60,000 images, by their size.

    Images are ``[n, 784]`` float32 in [0, 1], targets ``[n, 10]``, labels ``[n]``.
    """
    a, b = dataset().train, dataset().validation
    whole = Split(
        np.concatenate([a.images, b.images]),
        np.concatenate([a.labels, b.labels]),
        np.concatenate([a.targets, b.targets]),
    )
    return {len(a): a, len(whole): whole}


def first(data: Split, n: int) -> Split:
    """Return the first ``n`` examples, or all if there are fewer."""
    return Split(data.images[:n], data.labels[:n], data.targets[:n])
