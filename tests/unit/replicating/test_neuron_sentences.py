"""Sentences about how fast a neuron learns."""

import math

import pytest

from experiments.configuration import Preset, preset
from experiments.replicating.hypotheses import Answer
from experiments.replicating.neuron_sentences import SAYS, neuron_sentences


def described(*neurons: tuple[float, str]) -> Preset:
    """Return a preset of neurons, given the weight and the loss of each."""
    cases = [
        {
            "neuron": {"weight": w, "bias": 0.0, "loss": loss, "learning_rate": 0.1, "epochs": 3},
            "numbers": [{"metric": "output", "take": 0}],
        }
        for w, loss in neurons
    ]
    return Preset.of({"title": "t", "source": "s", "cases": cases})


def test_the_quadratic_cost_saturates_and_cross_entropy_does_not() -> None:
    found = neuron_sentences(preset("nielsen/saturated_neuron"))
    assert [each.says for each in found] == list(SAYS.values())
    assert [each.answer for each in found] == [Answer.HOLDS, Answer.HOLDS]

    def step(z: float) -> float:
        a = 1 / (1 + math.exp(-z))
        return 0.15 * a * a * (1 - a)

    assert found[0].reason == (
        f"the first step is {step(4):.2g} from the output 0.98, {step(1.5):.2g} from 0.82"
    )


@pytest.mark.parametrize(("loss", "answer"), [("mse", Answer.FAILS), ("ce", Answer.HOLDS)])
def test_far_from_saturation_the_quadratic_cost_learns_faster_too(
    loss: str, answer: Answer
) -> None:
    (found,) = neuron_sentences(described((-3.0, loss), (0.0, loss)))
    assert found.answer is answer


def test_one_start_says_nothing() -> None:
    assert neuron_sentences(described((1.0, "mse"), (1.0, "ce"))) == []
