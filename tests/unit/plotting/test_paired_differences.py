"""The difference of two arms on every seed, with its mean and interval."""

import re

import frames
import numpy as np
import pytest
from matplotlib.collections import PathCollection

from experiments.comparison import compare
from experiments.palette import COLOURS
from experiments.plotting import paired_differences
from experiments.plotting.paired_differences import NEUTRAL

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
    towards, unit = axes.get_xlabel().splitlines()
    assert re.split(r"\s{2,}", towards) == ["← mse sigmoid better", "ce softmax better →"]
    assert unit == "percentage points of accuracy"
    labels = [text.get_text() for text in axes.get_yticklabels()]
    assert labels == list(ARCHITECTURES)
    dots = [each for each in axes.collections if isinstance(each, PathCollection)]
    for place, (of_seeds, drawn) in enumerate(zip(gains.values(), dots, strict=True)):
        x, y = np.asarray(drawn.get_offsets()).T
        np.testing.assert_allclose(sorted(x), 100 * np.sort(of_seeds), atol=1e-9)
        assert (abs(y - place) < 0.5).all()
        interval, mean = (each for each in axes.lines if set(each.get_ydata()) == {place})
        assert interval.get_color() == mean.get_color() == axes.texts[place].get_color()
        known = comparison.rows[place].statistics
        assert known is not None
        np.testing.assert_allclose(interval.get_xdata(), [100 * known.low, 100 * known.high])
        np.testing.assert_allclose(mean.get_xdata(), [100 * np.mean(of_seeds)], atol=1e-9)
    verdicts = [text.get_text() for text in axes.texts]
    assert verdicts == ["ce softmax better by 1.50", "undecided"]
    better, undecided = (text.get_color() for text in axes.texts)
    assert better in COLOURS
    assert undecided == NEUTRAL
    (shaded,) = axes.patches
    extent = shaded.get_window_extent().transformed(axes.transData.inverted())
    assert tuple(extent.intervalx) == pytest.approx((-0.5, 0.5))


def test_a_pair_whose_runs_never_both_finished_is_a_row_without_dots() -> None:
    runs = frames.arm("loss=ce", seeds=range(3)) + frames.diverged("loss=mse", seeds=range(3))
    axes = paired_differences(compare(frames.frame(runs), "loss"))
    axes.figure.canvas.draw()
    assert [text.get_text() for text in axes.get_yticklabels()] == ["784-30-10"]
    assert not [each for each in axes.collections if isinstance(each, PathCollection)]


def test_rows_of_several_pairs_name_their_arms_and_each_better_arm_has_its_own_colour() -> None:
    accuracy = {"sgd": 0.90, "momentum": 0.92, "adam": 0.94}
    runs = [
        frames.run(f"optimizer={optimizer}", f"seed={seed}", accuracy=mean + seed / 1e4)
        for optimizer, mean in accuracy.items()
        for seed in range(9)
    ]
    axes = paired_differences(compare(frames.frame(runs), "optimizer"))
    assert axes.get_xlabel() == "percentage points of accuracy by which the first is ahead"
    labels = [text.get_text() for text in axes.get_yticklabels()]
    verdicts = [text.get_text() for text in axes.texts]
    for label, verdict in zip(labels, verdicts, strict=True):
        arms = re.fullmatch(r"784-30-10: (\w+) - (\w+)", label)
        assert arms
        ahead = max(arms.groups(), key=accuracy.__getitem__)
        points = 100 * abs(accuracy[arms[1]] - accuracy[arms[2]])
        assert verdict == f"{ahead} better by {points:.2f}"
    colours = {text.get_text().split()[0]: text.get_color() for text in axes.texts}
    assert len(set(colours.values())) == len(colours) == 2


def test_an_arm_that_fails_more_often_is_named() -> None:
    runs = frames.arm("loss=ce", seeds=range(12)) + frames.diverged("loss=mse", seeds=range(12))
    axes = paired_differences(compare(frames.frame(runs), "loss"))
    (verdict,) = (text.get_text() for text in axes.texts if "fails" in text.get_text())
    assert verdict == "ce softmax fails less often"
