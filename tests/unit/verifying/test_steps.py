"""Tables of steps: every optimizer agrees with its paper and with optax; a wrong one does not."""

import math
from dataclasses import dataclass
from typing import Any

import networks
import pytest
import verified

from experiments.verifying.steps import steps_table
from nn import SGD, Momentum, Optimizer, Tanh


@pytest.mark.parametrize("optimizer", networks.OPTIMIZERS, ids=str)
def test_every_optimizer_agrees(optimizer: Optimizer) -> None:
    subject = verified.subject()
    table = steps_table(subject, "mine", optimizer)
    assert table.subject == "Steps of mine"
    assert [each.reference for each in table.comparisons] == ["by the paper", "optax"]
    assert all(each.agrees for each in table.comparisons)
    p = len(subject.network.parameters)
    assert [each.total for each in table.comparisons] == [3 * p, 3 * p]
    index = int(table.labels[0]) - 1
    assert table.columns["gradient"][0] == subject.gradient(0)[index] != 0


def test_an_error_after_the_first_step_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Momentum.update

    def forgetful(self: Momentum, parameters: Any, gradient: Any, state: Any, rate: float) -> None:
        state.moments["velocity"][:] = 0
        right(self, parameters, gradient, state, rate)

    monkeypatch.setattr(Momentum, "update", forgetful)
    table = steps_table(verified.subject(), "momentum", Momentum(0.1, momentum=0.9))
    assert table.columns["ours"] == pytest.approx(table.columns["by the paper"])
    assert not any(each.agrees for each in table.comparisons)


@dataclass(frozen=True)
class Times(SGD):
    """An optimizer of the user: a step of some multiple of that of gradient descent."""

    factor: float = 1.0

    def update(self, parameters: Any, gradient: Any, state: Any, rate: float) -> None:
        parameters -= self.factor * rate * gradient


@pytest.mark.parametrize(
    ("factor", "right"), [(2.0, True), (-1.0, False), (0.0, False), (math.nan, False)]
)
def test_the_step_of_an_optimizer_of_the_user_has_to_go_downhill(
    factor: float, right: bool
) -> None:
    table = steps_table(verified.subject(chosen="own"), "own", Times(0.1, factor))
    assert table.columns.keys() == {"gradient", "ours"}
    (found,) = table.comparisons
    assert (found.reference, found.compared) == ("downhill", 3)
    assert found.agrees == right
    assert table.is_partial
    assert "is not noticed" in table.note


def test_without_a_gradient_nothing_checks_the_chosen_optimizer() -> None:
    subject = verified.subject(chosen="own", activation=Silent())
    subject.network.weights[1][:] = 0
    subject.examples.targets[:] = 1 / 4
    subject.network.biases[1][:] = 0
    table = steps_table(subject, "own", Times(0.1))
    assert table.comparisons == []
    assert table.chosen == "the optimizer own"
    assert steps_table(subject, "other", Times(0.1)).chosen == ""


class Silent(Tanh):
    """An activation that is zero."""

    def apply(self, z: Any) -> None:
        z[:] = 0
