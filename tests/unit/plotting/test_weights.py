"""The distribution of weights."""

import numpy as np
import pytest
from drawn import texts
from matplotlib.patches import Polygon

from experiments.plotting import weight_distribution


def test_each_array_has_a_density_of_area_1() -> None:
    rng = np.random.default_rng(0)
    weights = {"layer 1": rng.normal(0, 1, (50, 40)), "layer 2": rng.normal(0, 0.1, 300)}
    axes = weight_distribution(weights)
    outlines = [patch for patch in axes.patches if isinstance(patch, Polygon)]
    assert {patch.get_label() for patch in outlines} == {*weights}
    for patch in outlines:
        x, y = patch.get_xy()[:-1:2].T
        assert np.sum(np.diff(x) * y[:-1]) == pytest.approx(1, abs=0.03)
    wide, narrow = sorted(outlines, key=lambda patch: float(patch.get_xy()[:, 1].max()))
    assert (wide.get_label(), narrow.get_label()) == ("layer 1", "layer 2")


def test_far_weights_do_not_hide_the_others() -> None:
    weights = np.append(np.linspace(-1, 1, 10_000), 1e6)
    axes = weight_distribution({"all": weights})
    assert axes.get_xlim()[1] < 2


def test_nothing_recorded_is_said() -> None:
    assert "No weights have been recorded." in texts(weight_distribution({}))
