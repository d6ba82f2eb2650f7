"""The posterior of the mean difference, with a region of practical equivalence."""

import numpy as np
import pytest
from baycomp import CorrelatedTTest
from scipy import stats

from experiments.comparison.posterior import Posterior, posterior

DIFFERENCES = np.array([0.004, 0.001, 0.003, -0.001, 0.002])


@pytest.mark.parametrize("margin", [0.001, 0.0025, 0.0])
def test_the_probabilities_are_those_of_students_t(margin: float) -> None:
    scale = DIFFERENCES.std(ddof=1) / np.sqrt(5)
    t = stats.t(df=4, loc=DIFFERENCES.mean(), scale=scale)
    found = posterior(DIFFERENCES, margin)
    assert found.a_better == pytest.approx(t.sf(margin))
    assert found.b_better == pytest.approx(t.cdf(-margin))
    assert found.equivalent == pytest.approx(t.cdf(margin) - t.cdf(-margin))
    assert found.a_better + found.equivalent + found.b_better == pytest.approx(1)


def test_without_a_margin_it_is_the_p_value_of_the_t_test() -> None:
    """With the flat prior the posterior probability of B is the one-sided p-value."""
    p = stats.ttest_1samp(DIFFERENCES, 0, alternative="greater").pvalue
    assert posterior(DIFFERENCES, 0.0).b_better == pytest.approx(p)


def test_seeds_are_independent_and_not_folds() -> None:
    """The test for folds takes them as correlated, so it is less sure."""
    folds = CorrelatedTTest.probs(np.zeros(5), DIFFERENCES, 0.001)
    assert posterior(DIFFERENCES, 0.001).a_better > folds[2] + 0.05


def test_the_arms_can_be_exchanged() -> None:
    there, back = posterior(DIFFERENCES, 0.001), posterior(-DIFFERENCES, 0.001)
    assert (back.a_better, back.b_better) == pytest.approx((there.b_better, there.a_better))
    assert back.equivalent == pytest.approx(there.equivalent)


@pytest.mark.parametrize(
    ("difference", "margin", "expected"),
    [
        (0.002, 0.001, Posterior(1, 0, 0)),
        (-0.002, 0.001, Posterior(0, 0, 1)),
        (0.0005, 0.001, Posterior(0, 1, 0)),
        (0.0, 0.001, Posterior(0, 1, 0)),
        (0.002, 0.0, Posterior(1, 0, 0)),
        (0.0, 0.0, Posterior(0.5, 0, 0.5)),
    ],
)
def test_equal_differences_have_a_point_as_posterior(
    difference: float, margin: float, expected: Posterior
) -> None:
    assert posterior(np.full(4, difference), margin) == expected
    rounded = np.array([0.91, 0.92, 0.93]) + difference - np.array([0.91, 0.92, 0.93])
    if difference:
        assert posterior(rounded, margin) == expected


@pytest.mark.parametrize("n", [0, 1])
def test_two_differences_are_needed(n: int) -> None:
    with pytest.raises(ValueError, match=f"{n} differences have no posterior"):
        posterior(DIFFERENCES[:n], 0.001)
