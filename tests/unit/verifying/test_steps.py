"""Tables of steps: every optimizer agrees with its paper and with optax; a wrong one does not."""

from typing import Any

import networks
import pytest
import verified

from experiments.verifying.steps import steps_table
from nn import SGD, Momentum, Optimizer


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


class Own(SGD):
    """An optimizer of the user."""


def test_an_optimizer_of_the_user_is_shown_without_a_comparison() -> None:
    table = steps_table(verified.subject(), "own", Own(0.1))
    assert table.columns.keys() == {"gradient", "ours"}
    assert table.comparisons == []
