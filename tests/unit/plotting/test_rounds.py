"""How the intervals of a study narrow from round to round."""

import frames
import pytest
from drawn import texts
from matplotlib.patches import Rectangle

from experiments import comparison
from experiments.plotting import narrowing_intervals


def compared(n: int, **options: float) -> comparison.Comparison:
    """Return a comparison over n seeds, in which cross-entropy is 1 point better."""
    runs = frames.arm("loss=ce", at=0.9, seeds=range(n)) + frames.arm(
        "loss=mse", at=0.89, seeds=range(n)
    )
    return comparison.compare(frames.frame(runs), "loss", **options)  # type: ignore[arg-type]


def test_each_round_is_an_interval_with_its_mean_at_the_number_of_seeds() -> None:
    rounds = [compared(n) for n in (6, 8, 12)]
    axes = narrowing_intervals(rounds, 0)
    bars = [each for each in axes.lines if each.get_linewidth() == 2.5]
    diamonds = [each for each in axes.lines if each.get_marker() == "D"]
    for each, n, bar, diamond in zip(rounds, (6, 8, 12), bars, diamonds, strict=True):
        known = each.rows[0].statistics
        assert known is not None
        assert list(bar.get_xdata()) == [n, n]
        assert list(bar.get_ydata()) == pytest.approx([100 * known.low, 100 * known.high])
        assert list(diamond.get_xdata()) == [n]
        assert list(diamond.get_ydata()) == pytest.approx([100 * known.difference])


def test_the_margin_is_shaded_and_the_row_is_named() -> None:
    axes = narrowing_intervals([compared(6, margin=0.002)], 0)
    (shaded,) = (patch for patch in axes.patches if isinstance(patch, Rectangle))
    assert (shaded.get_y(), shaded.get_height()) == pytest.approx((-0.2, 0.4))
    assert axes.get_title().endswith("ce softmax - mse sigmoid")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("seeds", "points")


def test_a_row_without_two_seeds_that_learned_says_so() -> None:
    runs = frames.arm("loss=ce", seeds=range(6)) + frames.diverged("loss=mse", seeds=range(6))
    made = comparison.compare(frames.frame(runs), "loss")
    axes = narrowing_intervals([made], 0)
    assert texts(axes) == ["There are fewer than two seeds on which both arms learned."]
