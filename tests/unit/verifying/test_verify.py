"""Verifying a network: every number has references, and a wrong one is noticed."""

from typing import Any

import numpy as np
import pytest
import verified
from networks import network

from experiments.verifying import Table, verify
from nn import Activation, CrossEntropyCost, Loss, Output, QuadraticCost, Sigmoid


def by_subject(tables: Any) -> dict[str, Table]:
    return {each.subject: each for each in tables}


@pytest.mark.parametrize(("activation", "loss"), verified.EVERY, ids=str)
def test_everything_in_conf_agrees_with_every_reference(activation: Activation, loss: Loss) -> None:
    tables = by_subject(verify(verified.subject(activation=activation, loss=loss)))
    references = {
        name: [each.reference for each in table.comparisons] for name, table in tables.items()
    }
    assert references.pop("Outputs") == references.pop("Cost") == ["by hand", "JAX"]
    steps = [name for name in references if name.startswith("Steps of ")]
    assert len(steps) == 6
    for name in steps:
        assert references.pop(name) == ["by the paper", "optax"]
    assert references.pop("Certificate") == ["finite differences"]
    assert references.pop(f"Derivative of {type(activation).__name__}") == ["finite differences"]
    assert references.pop(f"Output error of {type(loss).__name__}") == ["finite differences"]
    assert len(references) == 4
    assert {*map(tuple, references.values())} == {("finite differences", "JAX")}
    assert all(each.agrees for table in tables.values() for each in table.comparisons)


class Own(Sigmoid):
    """An activation of the user, which JAX does not know."""


class OwnCost(QuadraticCost):
    """A cost of the user."""


def test_classes_of_the_user_are_verified_without_jax() -> None:
    for options in ({"activation": Own()}, {"loss": OwnCost(Output.sigmoid)}):
        tables = by_subject(verify(verified.subject(**options)))
        references = {each.reference for table in tables.values() for each in table.comparisons}
        of_cost = "single images" if "loss" in options else "by hand"
        assert references == {"by hand", of_cost, "finite differences", "by the paper", "optax"}
        assert all(each.agrees for table in tables.values() for each in table.comparisons)
        assert [each.reference for each in tables["Cost"].comparisons] == [of_cost]
        assert tables["Cost"].is_partial == ("loss" in options)
        assert bool(tables["Outputs"].note) == ("activation" in options)


class Summed(QuadraticCost):
    """A cost of the user that is no mean."""

    def value(self, logits: Any, targets: Any) -> float:
        return super().value(logits, targets) * len(logits)


def test_a_cost_of_the_user_has_to_be_a_mean() -> None:
    tables = by_subject(verify(verified.subject(loss=Summed(Output.sigmoid), penalty=0.5)))
    (found,) = tables["Cost"].comparisons
    assert not found.agrees


def test_an_activation_of_the_user_that_no_layer_has_is_checked_by_nothing() -> None:
    net = network((6, 4), activation=Own())
    tables = by_subject(verify(verified.subject(net)))
    found = tables["Activation"]
    assert found.comparisons == []
    assert found.chosen == "the activation Own"
    known = by_subject(verify(verified.subject(network((6, 4)))))
    assert "Activation" not in known
    assert not any(name.startswith("Derivative") for name in (*tables, *known))


@pytest.mark.parametrize("loss", [CrossEntropyCost(Output.softmax), OwnCost(Output.sigmoid)])
def test_a_penalty_is_in_the_cost_and_in_every_way_to_compute_it(loss: Loss) -> None:
    without, tables = (
        by_subject(verify(verified.subject(loss=loss, penalty=each))) for each in (0.0, 0.5)
    )
    assert all(each.agrees for table in tables.values() for each in table.comparisons)
    assert tables["Cost"].columns["ours"][0] > 1 + without["Cost"].columns["ours"][0]
    assert "0.5 sum w^2" in tables["Cost"].about


class WrongCost(CrossEntropyCost):
    """A cost that is divided by the number of outputs, unlike its gradient."""

    def value(self, logits: Any, targets: Any) -> float:
        return super().value(logits, targets) / targets.shape[1]


def test_a_cost_that_does_not_fit_its_gradient_differs_in_every_layer() -> None:
    net = network(verified.SIZES, loss=WrongCost(Output.softmax))
    tables = by_subject(verify(verified.subject(net)))
    for layer in (1, 2):
        for kind in ("weights", "biases"):
            (found,) = tables[f"Gradient of the {kind} of layer {layer}"].comparisons
            assert not found.agrees
    assert all(each.agrees for each in tables["Outputs"].comparisons)


def test_wrong_outputs_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = verified.subject()
    right = subject.network.predict
    monkeypatch.setattr(subject.network, "predict", lambda images: right(images) * (1 + 1e-8))
    outputs = by_subject(verify(subject))["Outputs"]
    assert [each.agrees for each in outputs.comparisons] == [False, False]
    assert np.isclose(outputs.comparisons[0].relative, 1e-8)
