"""Nielsen's saturated neuron, against his formulas."""

import math

import pytest

from experiments.configuration import Neuron
from experiments.errors import ConfigError
from experiments.replicating.saturated_neuron import learn


def neuron(weight: float, bias: float, loss: str, rate: float, epochs: int = 300) -> Neuron:
    return Neuron(weight=weight, bias=bias, loss=loss, learning_rate=rate, epochs=epochs)


@pytest.mark.parametrize(("weight", "bias", "printed"), [(0.6, 0.9, 0.82), (2.0, 2.0, 0.98)])
def test_the_first_output_is_the_printed_one(weight: float, bias: float, printed: float) -> None:
    for loss in ("mse", "ce"):
        assert round(learn(neuron(weight, bias, loss, 0.1, 1)).outputs[0], 2) == printed


def test_the_quadratic_cost_learns_by_his_equation_55() -> None:
    """`dC/dw = a s'(z)` and `dC/db = a s'(z)`, with `s'(z) = a (1 - a)`."""
    weight, bias, rate = 2.0, 2.0, 0.15
    learned = learn(neuron(weight, bias, "mse", rate))
    for output, cost in zip(learned.outputs, learned.costs, strict=True):
        a = 1 / (1 + math.exp(-(weight + bias)))
        assert output == pytest.approx(a)
        assert cost == pytest.approx(a**2 / 2)
        weight, bias = weight - rate * a * a * (1 - a), bias - rate * a * a * (1 - a)


def test_cross_entropy_learns_by_his_equation_61() -> None:
    """`dC/dw = x (s(z) - y)`: the slope of the sigmoid cancels."""
    weight, bias, rate = 2.0, 2.0, 0.005
    learned = learn(neuron(weight, bias, "ce", rate))
    for output, cost in zip(learned.outputs, learned.costs, strict=True):
        a = 1 / (1 + math.exp(-(weight + bias)))
        assert output == pytest.approx(a)
        assert cost == pytest.approx(-math.log(1 - a))
        weight, bias = weight - rate * a, bias - rate * a


def test_only_the_saturated_neuron_with_the_quadratic_cost_learns_slowly() -> None:
    def fallen(weight: float, bias: float, loss: str, rate: float) -> float:
        """Return the part of its way to 0 that the output has come after 50 epochs."""
        outputs = learn(neuron(weight, bias, loss, rate, 50)).outputs
        return float(1 - outputs[-1] / outputs[0])

    assert fallen(2, 2, "mse", 0.15) < 0.05
    assert fallen(0.6, 0.9, "mse", 0.15) > 0.3


def test_another_loss_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"neuron\.loss=hinge: must be mse or ce"):
        learn(neuron(1, 1, "hinge", 0.1))
