"""Nielsen's sentences about how fast a single neuron learns from a bad start (ch. 3)."""

from collections.abc import Sequence

from experiments.configuration import Neuron, Preset
from experiments.replicating.hypotheses import Answer, Hypothesis
from experiments.replicating.saturated_neuron import learn

SAYS = {
    "mse": "with the quadratic cost the neuron learns more slowly from the worse start",
    "ce": "with cross-entropy the neuron learns faster from the worse start",
}
"""The sentence about each loss."""


def neuron_sentences(preset: Preset) -> list[Hypothesis]:
    """Return the verdicts for the losses with which neurons learn from two starts.

    The worse start has the larger output, as the target is 0. The neuron learns faster if its first
    step, the change of its weight in the first epoch, is longer.
    """
    neurons = [case.neuron for case in preset.all_cases if case.neuron is not None]
    by_loss = {loss: [each for each in neurons if each.loss == loss] for loss in SAYS}
    return [_sentence(loss, starts) for loss, starts in by_loss.items() if len(starts) == 2]


def _sentence(loss: str, starts: Sequence[Neuron]) -> Hypothesis:
    learned = sorted((learn(each) for each in starts), key=lambda each: float(each.outputs[0]))
    (better, worse), (first, second) = [each.steps[0] for each in learned], learned
    holds = worse < better if loss == "mse" else worse > better
    return Hypothesis(
        SAYS[loss],
        Answer.HOLDS if holds else Answer.FAILS,
        f"the first step is {worse:.2g} from the output {second.outputs[0]:.2f}, {better:.2g} from"
        f" {first.outputs[0]:.2f}",
    )
