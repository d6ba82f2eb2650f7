"""The difference of two arms on every seed, with its mean and interval."""

import frames
import numpy as np
import pytest
from matplotlib.collections import PathCollection

from experiments.comparison import compare
from experiments.plotting import paired_differences

ARCHITECTURES = ("784-30-10", "784-32-32-10")


def test_every_seed_is_a_dot_beside_the_mean_and_its_interval() -> None:
    gains = dict(
        zip(
            ARCHITECTURES,
            ([0.01, 0.012, 0.014, 0.02, 0.018, 0.016], [-0.002, 0.001, -0.001]),
            strict=True,
        )
    )
    runs = [
        frames.run(
            f"architecture={architecture}",
            f"loss={loss}",
            f"seed={seed}",
            accuracy=0.9 + (loss == "ce") * gain,
        )
        for architecture, of_seeds in gains.items()
        for seed, gain in enumerate(of_seeds)
        for loss in ("ce", "mse")
    ]
    comparison = compare(frames.frame(runs), "loss", margin=0.005)
    axes = paired_differences(comparison)
    assert axes.get_title()
    assert axes.get_xlabel() == "percentage points of accuracy by which the first is ahead"
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels == [f"{architecture}: ce softmax - mse sigmoid" for architecture in ARCHITECTURES]
    dots = [each for each in axes.collections if isinstance(each, PathCollection)]
    for place, (of_seeds, drawn) in enumerate(zip(gains.values(), dots, strict=True)):
        x, y = np.asarray(drawn.get_offsets()).T
        np.testing.assert_allclose(sorted(x), 100 * np.sort(of_seeds), atol=1e-9)
        assert (abs(y - place) < 0.5).all()
        interval, mean = (each for each in axes.lines if set(each.get_ydata()) == {place})
        known = comparison.rows[place].statistics
        assert known is not None
        np.testing.assert_allclose(interval.get_xdata(), [100 * known.low, 100 * known.high])
        np.testing.assert_allclose(mean.get_xdata(), [100 * np.mean(of_seeds)], atol=1e-9)
    (shaded,) = axes.patches
    extent = shaded.get_window_extent().transformed(axes.transData.inverted())
    assert tuple(extent.intervalx) == pytest.approx((-0.5, 0.5))


def test_a_pair_whose_runs_never_both_finished_is_a_row_without_dots() -> None:
    runs = frames.arm("loss=ce", seeds=range(3)) + frames.diverged("loss=mse", seeds=range(3))
    axes = paired_differences(compare(frames.frame(runs), "loss"))
    axes.figure.canvas.draw()
    assert [text.get_text() for text in axes.get_yticklabels()] == [
        "784-30-10: ce softmax - mse sigmoid"
    ]
    assert not [each for each in axes.collections if isinstance(each, PathCollection)]
