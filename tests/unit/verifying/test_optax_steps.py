"""Steps of optax: of every optimizer in conf/, and of no class of the user."""

import numpy as np
import pytest
from networks import OPTIMIZERS

from experiments.verifying import optax_steps
from nn import SGD, Optimizer

RNG = np.random.default_rng(0)
PARAMETERS = RNG.standard_normal(7)
GRADIENTS = list(RNG.standard_normal((5, 7)))


class Own(SGD):
    """An optimizer of the user."""


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_the_steps_are_those_of_our_optimizer(optimizer: Optimizer) -> None:
    assert optax_steps.installed()
    theirs = optax_steps.steps(optimizer, PARAMETERS, GRADIENTS)
    assert theirs is not None
    parameters, state = PARAMETERS.copy(), optimizer.init(PARAMETERS)
    for gradient, expected in zip(GRADIENTS, theirs, strict=True):
        optimizer.step(parameters, gradient.copy(), state, optimizer.learning_rate)
        np.testing.assert_allclose(parameters, expected, rtol=1e-12)
        assert expected.dtype == np.float64


def test_an_optimizer_of_the_user_is_not_known() -> None:
    assert optax_steps.steps(Own(0.1), PARAMETERS, GRADIENTS) is None
