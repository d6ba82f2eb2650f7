"""Tables of gradients: one for the weights and one for the biases of each layer."""

from typing import Any

import numpy as np
import pytest
import verified
from networks import ACTIVATIONS, LOSSES

from experiments.verifying import jax_network
from experiments.verifying.gradients import gradient_tables
from nn import Activation, Loss, Tanh


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_every_gradient_agrees(activation: Activation, loss: Loss) -> None:
    tables = list(gradient_tables(verified.subject(activation=activation, loss=loss), None))
    assert [each.subject for each in tables] == [
        f"Gradient of the {kind} of layer {layer}"
        for layer in (2, 1)
        for kind in ("weights", "biases")
    ]
    for table in tables:
        assert [each.reference for each in table.comparisons] == ["finite differences"]
        assert all(each.agrees for each in table.comparisons)


@pytest.mark.parametrize("factor", [1.0, 1 + 1e-8])
def test_the_gradient_of_jax_is_compared_whole(factor: float) -> None:
    subject = verified.subject(penalty=0.25)
    images, targets = subject.batch(0).images, subject.batch(0).targets
    theirs = jax_network.compute(subject.network, images, targets, penalty=0.25).gradient
    for table in gradient_tables(subject, factor * theirs):
        _, by_jax = table.comparisons
        assert (by_jax.reference, by_jax.compared) == ("JAX", by_jax.total)
        assert by_jax.agrees == (factor == 1)


def test_the_numbers_that_are_shown_are_those_of_their_labels() -> None:
    subject = verified.subject()
    subject.network.weights[0][:, 0] = 0
    subject.examples.images[:, 0] = 0  # the first row of the gradient is zero
    weights = list(gradient_tables(subject, None))[2]
    gradient = verified.subject(subject.network).gradient(0)
    assert weights.labels == ["2,1", "2,2", "2,3", "2,4"]
    assert weights.columns.keys() == {"ours", "finite differences"}
    subject.gradient(0)
    assert weights.columns["ours"] == subject.network.weight_gradients[0][1, :4].tolist()
    assert len(gradient) == len(subject.network.parameters)


def test_the_penalty_is_in_the_gradient_of_the_weights_and_not_of_the_biases() -> None:
    without, penalised = (
        list(gradient_tables(verified.subject(penalty=each), None)) for each in (0.0, 0.25)
    )
    for before, after in zip(without, penalised, strict=True):
        assert all(each.agrees for each in after.comparisons)
        changed = after.columns["ours"] != pytest.approx(before.columns["ours"])
        assert changed == ("weights" in after.subject)


class Wrong(Tanh):
    """A wrong derivative."""

    def multiply_by_derivative(self, delta: Any, a: Any, scratch: Any) -> None:
        super().multiply_by_derivative(delta, a, scratch)
        np.multiply(delta, 1.1, delta)


def test_a_wrong_derivative_differs_in_the_layers_before_it() -> None:
    tables = gradient_tables(verified.subject(activation=Wrong()), None)
    found = {each.subject: each.comparisons[0] for each in tables}
    for name, comparison in found.items():
        assert comparison.agrees == name.endswith("layer 2")
        if not comparison.agrees:
            assert comparison.relative == pytest.approx(0.1 / 1.1, rel=1e-3)
