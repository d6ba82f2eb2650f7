"""How many functions of NumPy a step calls: with small batches they take most of its time."""

from collections import Counter
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import trainings

import nn.activations
import nn.losses
import nn.network
import nn.optimizers
from experiments.training import Descent, descend
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

MODULES = (nn.activations, nn.losses, nn.network, nn.optimizers)
SIZES = [trainings.FEATURES, 5, trainings.CLASSES]
STEPS = 4


class Counted:
    """A function of NumPy, or one of its methods such as `reduce`, whose calls are counted."""

    def __init__(self, name: str, function: Any, calls: Counter[str]) -> None:
        self._name, self._function, self._calls = name, function, calls

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        self._calls[self._name] += 1
        return self._function(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return Counted(f"{self._name}.{name}", getattr(self._function, name), self._calls)


class NumPy(ModuleType):
    """NumPy, with counted functions."""

    def __init__(self, calls: Counter[str]) -> None:
        super().__init__("numpy")
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        found = getattr(np, name)
        is_function = callable(found) and not isinstance(found, type)
        return Counted(name, found, self._calls) if is_function else found


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """The numbers of calls in the modules of `nn`, by function."""
    counter: Counter[str] = Counter()
    for module in MODULES:
        monkeypatch.setattr(module, "np", NumPy(counter))
    return counter


def per_step(
    calls: Counter[str], activation: Activation, loss: Loss, optimizer: Optimizer, *, n: int = 1
) -> int:
    """Return the number of calls in a step of ``n`` networks, without those that allocate."""
    train = trainings.split(STEPS * 5, dtype=np.float32)
    descents = []
    for seed in range(n):
        network = Network(
            SIZES,
            activation=activation,
            loss=loss,
            initializer=LeCunNormal(1.0),
            rng=np.random.default_rng(seed),
        )
        progress = trainings.progress(network, optimizer)
        order = np.random.default_rng(seed)
        descents.append(Descent(network, train, 5, order, optimizer, progress, rate=0.1, decay=0.0))
    steps: list[int] = []

    def count() -> bool:
        steps.append(calls.total())
        return False

    descend(descents, stop=count)
    assert len(steps) == STEPS
    return steps[-1] - steps[-2]


SIGMOID = (Sigmoid(), QuadraticCost(Output.sigmoid), SGD(3.0))
RELU = (ReLU(), CrossEntropyCost(Output.softmax), Adam(0.001, 0.9, 0.999, 1e-8))


@pytest.mark.parametrize(
    ("parts", "expected"), [(SIGMOID, 28), (RELU, 29)], ids=["sigmoid", "relu"]
)
def test_a_step_calls_no_more_functions_than_needed(
    calls: Counter[str], parts: tuple[Any, Any, Any], expected: int
) -> None:
    assert per_step(calls, *parts) == expected, calls


@pytest.mark.parametrize("parts", [SIGMOID, RELU], ids=["sigmoid", "relu"])
def test_networks_in_lockstep_share_all_calls_but_those_of_their_optimizers(
    calls: Counter[str], parts: tuple[Any, Any, Any]
) -> None:
    alone = per_step(calls, *parts)
    before = sum(calls.values())
    together = per_step(calls, *parts, n=4)
    assert before > 0
    update = _calls_of_an_update(calls, parts[2])
    assert together == alone + 3 * update


def _calls_of_an_update(calls: Counter[str], optimizer: Optimizer) -> int:
    parameters = np.ones(3, np.float32)
    state = optimizer.init(parameters)
    before = calls.total()
    optimizer.step(parameters, np.ones(3, np.float32), state, 0.1)
    return calls.total() - before
