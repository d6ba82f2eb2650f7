"""The derivative of an activation: right for every one in conf/, and a wrong one is noticed."""

from typing import Any

import numpy as np
import pytest
from networks import ACTIVATIONS

from experiments.verifying.activation_slopes import GRID, activation_table
from nn import Activation, LeakyReLU, ReLU, Tanh


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_every_derivative_agrees(activation: Activation) -> None:
    table = activation_table(activation)
    (found,) = table.comparisons
    kinks = 1 if isinstance(activation, ReLU | LeakyReLU) else 0
    assert found.agrees
    assert not found.all_zero
    assert (found.compared, found.total) == (GRID.size - kinks, GRID.size)
    assert ("1 point is left out" in table.note) == bool(kinks)


def test_the_grid_has_its_ends_and_eight_points_in_a_unit() -> None:
    assert (GRID[0, 0], GRID[-1, 0], GRID[1, 0] - GRID[0, 0]) == (-20, 20, 0.125)


def test_the_numbers_that_are_shown_are_those_of_their_labels() -> None:
    table = activation_table(Tanh())
    assert table.labels == ["z=-20", "z=-2", "z=-0.5", "z=0.5", "z=2", "z=20"]
    z = np.array([-20, -2, -0.5, 0.5, 2, 20])
    assert table.columns["activation"] == pytest.approx(np.tanh(z))
    for name in ("ours", "finite differences"):
        assert table.columns[name] == pytest.approx(1 - np.tanh(z) ** 2, abs=1e-9)


class Steep(Tanh):
    """A derivative that is three times too large where the function is nearly saturated."""

    def multiply_by_derivative(self, delta: Any, a: Any, scratch: Any) -> None:
        super().multiply_by_derivative(delta, a, scratch)
        np.multiply(delta, 3, delta, where=np.abs(a) > 0.99)


def test_a_derivative_that_is_wrong_in_the_tails_differs_and_the_worst_is_shown() -> None:
    table = activation_table(Steep())
    (found,) = table.comparisons
    assert not found.agrees
    assert found.relative == pytest.approx(2 / 3, rel=1e-3)
    assert abs(np.arctanh(table.columns["activation"][0])) > np.arctanh(0.99)
    ours, numeric = (table.columns[name][0] for name in ("ours", "finite differences"))
    assert ours == pytest.approx(3 * numeric, rel=1e-3)
    assert "The first row" in table.note


class Zero(Activation):
    """An activation that gives nothing."""

    def apply(self, z: Any) -> None:
        z[:] = 0

    def multiply_by_derivative(self, delta: Any, a: Any, scratch: Any) -> None:
        delta[:] = 0


def test_an_activation_of_zeros_shows_nothing_and_is_named() -> None:
    table = activation_table(Zero())
    assert table.telling == []
    assert table.chosen == "the activation Zero"
