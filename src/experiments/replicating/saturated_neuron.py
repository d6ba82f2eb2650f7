"""Nielsen's saturated neuron: one sigmoid neuron that learns to answer 0 to the input 1."""

from dataclasses import dataclass

import numpy as np

from experiments.configuration import Neuron
from nn import CrossEntropyCost, Loss, Output, QuadraticCost

LOSSES: dict[str, type[Loss]] = {"mse": QuadraticCost, "ce": CrossEntropyCost}
"""The costs by the names that a preset gives them."""


@dataclass(frozen=True)
class Learning:
    """The outputs and costs of a neuron, each ``[epochs + 1]``: at first and after each epoch.

    ``steps [epochs + 1]`` is how far the weight moves in the next epoch.
    """

    outputs: np.ndarray
    costs: np.ndarray
    steps: np.ndarray


def learn(neuron: Neuron) -> Learning:
    """Train a neuron by gradient descent on its single example (Nielsen, ch. 3).

    With the input 1, ``dC/dw = dC/db = dC/dz``. Raise ConfigError if it cannot be trained so.
    """
    neuron.check()
    loss = LOSSES[neuron.loss](Output.sigmoid)
    weight, bias, target = neuron.weight, neuron.bias, np.zeros((1, 1))
    outputs, costs, steps, error = [], [], [], np.empty((1, 1))
    for _ in range(neuron.epochs + 1):
        logit = np.array([[weight + bias]])
        outputs.append(loss.activations(logit).item())
        costs.append(loss.value(logit, target))
        loss.gradient(logit, target, error)
        step = neuron.learning_rate * error.item()
        steps.append(abs(step))
        weight, bias = weight - step, bias - step
    return Learning(np.array(outputs), np.array(costs), np.array(steps))
