"""The part of the uncertainty that the test images make: against its definition, by simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.comparison import mixture_t
from experiments.comparison.image_error import half_width, image_error, widened

CONFIDENCE = 0.999


def crossed(
    rng: np.random.Generator, seeds: int, images: int, *, easier: float, harder: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return which images two arms classify correctly, of two kinds of images.

    On a tenth of the images, A is right with the probability ``easier`` and B with 1/2; on another
    tenth B is right with ``harder`` and A with 1/2. Both are right on the rest.
    """
    kind = rng.integers(0, 10, images)
    chance_a = np.where(kind == 0, easier, np.where(kind == 1, 0.5, 1.0))
    chance_b = np.where(kind == 0, 0.5, np.where(kind == 1, harder, 1.0))
    shape = (seeds, images)
    return rng.random(shape) < chance_a, rng.random(shape) < chance_b


def error_of_two(correct_a: np.ndarray, correct_b: np.ndarray) -> float:
    return image_error(correct_a.astype(np.float32) - correct_b)


def test_the_error_is_that_of_other_images() -> None:
    """The standard deviation of the mean difference over many samples of images, without seeds."""
    rng = np.random.default_rng(0)
    errors, means = [], []
    for _ in range(150):
        a, b = crossed(rng, 40, 500, easier=0.9, harder=0.9)
        errors.append(error_of_two(a, b))
        means.append(np.mean(a) - np.mean(b))
    expected = math.sqrt(np.var(means) - (0.2 * (0.25 + 0.09)) / 500 / 40)
    assert np.mean(errors) == pytest.approx(expected, rel=0.15)


def test_images_on_which_the_arms_differ_by_chance_only_make_no_error() -> None:
    rng = np.random.default_rng(0)
    errors = [
        error_of_two(rng.random((6, 400)) < 0.9, rng.random((6, 400)) < 0.9) for _ in range(60)
    ]
    largest = math.sqrt(2 * 0.09 / 400)  # if all of the variance were between images
    assert np.mean(errors) < largest / 4


def test_identical_arms_make_no_error() -> None:
    correct = np.random.default_rng(0).random((4, 100)) < 0.9
    assert error_of_two(correct, correct) == 0.0


def test_an_unknown_error_changes_no_interval() -> None:
    assert widened(-1.0, 0.5, 2.0, math.nan, 0.05) == (-1.0, 2.0)
    low, high = widened(-1.0, 0.5, 2.0, 0.3, 0.05)
    assert 0.5 - low == pytest.approx(math.hypot(1.5, half_width(0.3, 0.05)))
    assert high - 0.5 == pytest.approx(math.hypot(1.5, half_width(0.3, 0.05)))


@pytest.mark.parametrize("simulations", [2000, pytest.param(20_000, marks=pytest.mark.stress)])
@pytest.mark.parametrize("share", [0.2, 0.5, 2.0])
def test_intervals_over_seeds_and_images_are_rarely_wrong_at_any_look(
    share: float, simulations: int
) -> None:
    """The images move all seeds together, by ``share`` standard deviations of the seeds."""
    rng, most, alpha = np.random.default_rng(0), 60, 0.04
    n = np.arange(2, most + 1)
    drawn = rng.normal(size=(simulations, most))
    means = np.cumsum(drawn, axis=1)[:, 1:] / n
    errors = np.sqrt((np.cumsum(drawn**2, axis=1)[:, 1:] / n - means**2) / (n - 1))
    widths = np.array([mixture_t.half_width(each, alpha) for each in n])
    half = np.hypot(widths * errors, half_width(share, alpha))
    moved = means + rng.normal(0, share, (simulations, 1))
    wrong = np.sum((np.abs(moved) > half).any(axis=1))
    assert wrong <= stats.binom.ppf(CONFIDENCE, simulations, alpha)
