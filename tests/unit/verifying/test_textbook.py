"""The rules of the papers, against steps that are computed on paper."""

import math

import numpy as np
import pytest
from networks import OPTIMIZERS, classes

from experiments.verifying.textbook import RULES
from nn import SGD, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp


def test_every_optimizer_in_conf_has_its_rule() -> None:
    assert set(RULES) == set(classes("optimizer"))


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (SGD(0.1), [0.8, 0.9]),
        (Momentum(0.1, momentum=0.5), [0.8, 0.8]),
        (Nesterov(0.1, momentum=0.5), [0.7, 0.8]),
        (RMSProp(0.1, decay_rate=0.75, epsilon=1.0), [0.9, 0.9 + 0.1 / (math.sqrt(1) + 1)]),
        (Adam(0.1, beta1=0.5, beta2=0.5, epsilon=1e-9), [0.9, 0.9]),
        (
            AdamW(0.1, beta1=0.5, beta2=0.5, epsilon=1e-9, weight_decay=0.5),
            [0.85, 0.85 - 0.0425],
        ),
    ],
    ids=str,
)
def test_two_steps_on_paper(optimizer: Optimizer, expected: list[float]) -> None:
    """From 1, with the gradients 2 and -1."""
    found = list(RULES[type(optimizer)](1.0, [2.0, -1.0], optimizer))
    assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_twenty_steps_are_those_of_our_optimizer(optimizer: Optimizer) -> None:
    gradients = np.random.default_rng(0).standard_normal(20)
    parameters, state, ours = np.array([0.5]), optimizer.init(np.array([0.5])), []
    for gradient in gradients:
        optimizer.step(parameters, np.array([gradient]), state, optimizer.learning_rate)
        ours.append(parameters.item())
    theirs = list(RULES[type(optimizer)](0.5, gradients.tolist(), optimizer))
    assert ours == pytest.approx(theirs, rel=1e-12)
