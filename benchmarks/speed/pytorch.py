"""PyTorch, in the fastest eager variant that was found.

Tensors in memory, `index_select`, fused Adam, SGD without foreach, denormal numbers set to zero,
and a mean squared error whose constant is part of the learning rate.
"""

from collections.abc import Iterable
from time import process_time

import numpy as np
import torch

from benchmarks.speed.contender import Contender, start
from benchmarks.speed.workloads import Workload
from experiments.examples import Split
from nn import Adam, QuadraticCost, Sigmoid
from nn.arrays import Array

torch.set_num_threads(1)


class Torch(Contender):
    """The same network and rule in PyTorch."""

    NAME = "PyTorch"

    def __init__(self, workload: Workload, data: Split) -> None:
        torch.manual_seed(0)
        quadratic = isinstance(workload.loss, QuadraticCost)
        self.model = layers(workload)
        self.loss = torch.nn.MSELoss() if quadratic else torch.nn.CrossEntropyLoss()
        self.optimizer = optimizer(workload, self.model.parameters())
        self.batch_size = workload.batch_size
        self.images = torch.tensor(data.images)
        self.targets = torch.tensor(data.targets if quadratic else data.labels)

    def epoch(self) -> float:
        torch.set_flush_denormal(True)  # it acts on this thread, so on NumPy, too
        before = process_time()
        for rows in torch.split(torch.randperm(len(self.images)), self.batch_size):
            images = self.images.index_select(0, rows)
            targets = self.targets.index_select(0, rows)
            self.optimizer.zero_grad(set_to_none=True)
            self.loss(self.model(images), targets).backward()
            self.optimizer.step()
        seconds = process_time() - before
        torch.set_flush_denormal(False)
        return seconds

    def predict(self, images: Array) -> Array:
        with torch.no_grad():
            outputs = self.model(torch.tensor(images))
        if isinstance(self.loss, torch.nn.CrossEntropyLoss):
            outputs = torch.softmax(outputs, 1)
        activations: Array = outputs.numpy()[np.newaxis]
        return activations


def layers(workload: Workload, *, seed: int = 0) -> torch.nn.Sequential:
    """Return the layers before training. For cross-entropy, the last layer gives logits."""
    activation = torch.nn.Sigmoid if isinstance(workload.activation, Sigmoid) else torch.nn.ReLU
    modules: list[torch.nn.Module] = []
    network = start(workload, seed=seed)
    for weights, biases in zip(network.weights, network.biases, strict=True):
        linear = torch.nn.Linear(*weights.shape)
        linear.weight.data.copy_(torch.from_numpy(weights.T))
        linear.bias.data.copy_(torch.from_numpy(biases))
        modules += [linear, activation()]
    modules.pop()
    if isinstance(workload.loss, QuadraticCost):
        modules.append(torch.nn.Sigmoid())
    return torch.nn.Sequential(*modules)


def optimizer(
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
