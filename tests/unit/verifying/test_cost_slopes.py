"""The output error: right for every cost, also for certain outputs, and a wrong one is noticed."""

from typing import Any

import numpy as np
import pytest
from networks import LOSSES

from experiments.verifying.cost_slopes import cost_table
from nn import CrossEntropyCost, Loss, Output

SOFTMAX = Output.softmax


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("n_classes", [2, 10])
def test_every_output_error_agrees(loss: Loss, n_classes: int) -> None:
    table = cost_table(loss, n_classes)
    (found,) = table.comparisons
    assert found.agrees
    assert not found.all_zero
    assert found.compared == found.total == 2 * 41 * n_classes
    assert table.note == ""


def test_certain_outputs_are_shown_that_are_right_and_wrong() -> None:
    table = cost_table(CrossEntropyCost(SOFTMAX), 3)
    assert table.labels == [f"z={z}" for z in (-20, -20, -2, -2, 2, 2, 20, 20)]
    assert table.columns["target"] == [1, 0] * 4
    logits = np.array([[z, 1 / 64, 2 / 64] for z in (-20, -2, 2, 20)])
    outputs = np.exp(logits[:, 0]) / np.exp(logits).sum(axis=1)
    expected = [output - y for output in outputs for y in (1, 0)]
    for name in ("ours", "finite differences"):
        assert table.columns[name] == pytest.approx(expected, abs=1e-9)


class WrongIfCertain(CrossEntropyCost):
    """An output error that vanishes for certain outputs, as a clipped logarithm makes it."""

    def gradient(self, logits: Any, targets: Any, out: Any) -> None:
        super().gradient(logits, targets, out)
        out[self.activations(logits).max(axis=1) > 1 - 1e-6] = 0


class Summed(CrossEntropyCost):
    """An output error that is not that of the mean."""

    def gradient(self, logits: Any, targets: Any, out: Any) -> None:
        super().gradient(logits, targets, out)
        np.multiply(out, len(logits), out)


@pytest.mark.parametrize("loss", [WrongIfCertain(SOFTMAX), Summed(SOFTMAX)], ids=str)
def test_a_wrong_output_error_differs(loss: Loss) -> None:
    table = cost_table(loss, 10)
    (found,) = table.comparisons
    assert not found.agrees
    assert table.columns["ours"][0] != pytest.approx(table.columns["finite differences"][0])
    assert "The first row" in table.note


class Hinge(Loss):
    """A cost with a kink where a logit is 1 on the side of its target."""

    def value(self, logits: Any, targets: Any) -> float:
        return float(np.maximum(0, 1 - (2 * targets - 1) * logits).sum()) / len(logits)

    def gradient(self, logits: Any, targets: Any, out: Any) -> None:
        signs = 2 * targets - 1
        out[:] = -signs * (signs * logits < 1) / len(logits)


def test_kinks_of_a_cost_are_left_out() -> None:
    table = cost_table(Hinge(Output.sigmoid), 10)
    (found,) = table.comparisons
    assert found.agrees
    assert (found.compared, found.total) == (818, 820)
    assert "2 points are left out" in table.note


class Nothing(Hinge):
    """A cost that is always zero."""

    def value(self, logits: Any, targets: Any) -> float:
        return 0.0

    def gradient(self, logits: Any, targets: Any, out: Any) -> None:
        out[:] = 0


def test_a_cost_of_zeros_shows_nothing_and_is_named() -> None:
    table = cost_table(Nothing(Output.sigmoid), 10)
    assert table.telling == []
    assert table.chosen == "the cost Nothing"
