"""Huang's numbers: probabilities that sum to one, as far as they are printed."""

import math

import pytest

from experiments.verifying import huang


def test_outputs_are_distributions() -> None:
    assert math.fsum(huang.UNTRAINED_5) == pytest.approx(1, abs=1e-6)
    assert math.fsum(huang.TRAINED_7) == pytest.approx(1, abs=1e-7)
    assert math.fsum(huang.UNTRAINED_5_BY_HAND) == pytest.approx(1, abs=5e-3)
    assert tuple(round(each, 3) for each in huang.UNTRAINED_5) == huang.UNTRAINED_5_BY_HAND


def test_the_trained_network_sees_a_7() -> None:
    assert max(huang.TRAINED_7) == huang.TRAINED_7[7]
    assert min(huang.UNTRAINED_5) == huang.UNTRAINED_5[5]
