"""Which runs failed to learn, and whether one arm fails more often."""

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from experiments.comparison.failures import Failures, corrected, did_not_learn, e_value, exact_test

NAN = float("nan")


@pytest.mark.parametrize(
    ("accuracies", "failed"),
    [
        pytest.param([0.95, 0.96, 0.951], [False] * 3, id="all learned"),
        pytest.param([0.96, 0.961, 0.839], [False, False, True], id="one is stuck far below"),
        pytest.param([0.96, 0.1], [False, True], id="one guesses"),
        pytest.param([0.998, 0.999, 0.993], [False] * 3, id="twice a very small error"),
        pytest.param([0.96, 0.839], [False, False], id="two have no best quarter"),
        pytest.param([0.96] * 3 + [0.839] * 5, [False] * 3 + [True] * 5, id="most are stuck"),
        pytest.param([0.96, 0.961, 0.89], [False] * 3, id="not three times the error"),
        pytest.param([0.96, 0.961, NAN], [False] * 3, id="a diverged run has no accuracy"),
        pytest.param([0.4, 0.5, 0.3], [False] * 3, id="a hard task"),
    ],
)
def test_a_run_that_guesses_or_is_far_below_its_arm_did_not_learn(
    accuracies: list[float], failed: list[bool]
) -> None:
    values = pd.Series(accuracies)
    assert list(did_not_learn(values, pd.Series(0.1, values.index))) == failed


def test_the_rate_of_failure_has_wilsons_interval() -> None:
    found = Failures(2, 20)
    expected = stats.binomtest(2, 20).proportion_ci(0.95, method="wilson")
    assert found.interval == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (3, 0), (2, 5), (12, 1)])
def test_the_e_value_is_a_mixture_over_the_share_of_failures(only_a: int, only_b: int) -> None:
    prior = stats.beta(0.5, 0.5)

    def likelihood(share: float) -> float:
        return float((2 * share) ** only_a * (2 * (1 - share)) ** only_b * prior.pdf(share))

    expected, _ = integrate.quad(likelihood, 0, 1, limit=400)
    assert e_value(only_a, only_b) == pytest.approx(expected, rel=1e-4)


def test_equal_rates_of_failure_are_rarely_rejected_at_any_look() -> None:
    rng, simulations = np.random.default_rng(0), 500
    ahead = np.cumsum(rng.random((simulations, 60)) < 0.5, axis=1)
    wrong = sum(
        any(e_value(int(a), n - int(a)) >= 20 for n, a in enumerate(row, 1)) for row in ahead
    )
    assert wrong <= stats.binom.ppf(0.999, simulations, 0.05)


@pytest.mark.parametrize("family", [1, 4])
def test_a_p_value_below_five_percent_is_below_the_share_of_its_row(family: int) -> None:
    alpha = 0.01 / family  # 1 % of error is divided over the rates of failure of a table
    assert corrected(alpha, family) == pytest.approx(0.05)
    assert corrected(0.5, family) == 1.0


def test_the_exact_test_is_mcnemars() -> None:
    assert exact_test(0, 0) == 1.0
    assert exact_test(6, 0) == pytest.approx(2 / 2**6)
