"""The chance that more seeds decide a comparison: by simulating the seeds one by one."""

import math
from dataclasses import replace

import numpy as np
import pytest

from experiments.comparison import Verdict
from experiments.comparison.decision import decide
from experiments.comparison.prediction import (
    EVEN_CHANCE,
    MOST_SEEDS,
    chance_to_decide,
    seeds_to_decide,
)
from experiments.comparison.statistics import PairedStatistics, paired_statistics
from experiments.recording import MARGIN


def known(n: int, difference: float, deviation: float) -> PairedStatistics:
    """Return statistics with these numbers; the interval does not matter here."""
    start = paired_statistics([0.9, 0.8], [0.8, 0.8], rng=np.random.default_rng(0))
    return replace(start, n=n, difference=difference, standard_deviation=deviation)


@pytest.mark.stress
def test_the_chance_to_decide_is_the_share_of_futures_with_a_verdict() -> None:
    n, mean, deviation, more, family = 10, 0.0012, 0.002, 15, 2
    rng, simulations = np.random.default_rng(1), 1000
    old = rng.normal(size=n)
    old = mean + deviation * (old - old.mean()) / old.std(ddof=1)
    decided = 0
    for _ in range(simulations):
        scale = deviation * math.sqrt((n - 1) / rng.chisquare(n - 1))
        new = rng.normal(rng.normal(mean, scale / math.sqrt(n)), scale, more)
        together = np.concatenate([old, new])
        statistics = paired_statistics(together, 0 * together, rng=rng, family=family)
        verdict = decide(statistics, family=family, one_look=True).verdict
        decided += verdict is not Verdict.UNDECIDED
    chance = chance_to_decide(more, known(n, mean, deviation), family=family, margin=MARGIN)
    assert chance == pytest.approx(decided / simulations, abs=0.06)


def test_the_seeds_to_decide_have_an_even_chance() -> None:
    now = known(10, 0.0012, 0.002)
    n = seeds_to_decide(now, family=2, margin=MARGIN)
    chances = [chance_to_decide(each, now, family=2, margin=MARGIN) for each in (n, max(n // 2, 1))]
    assert chances[0] >= EVEN_CHANCE > chances[1]


def test_no_number_of_seeds_is_given_if_too_many_are_needed() -> None:
    assert seeds_to_decide(known(900, MARGIN, 0.05), margin=MARGIN) == 0
    assert 0 < seeds_to_decide(known(20, 0.0, MARGIN), margin=MARGIN) < MOST_SEEDS


def test_images_that_leave_more_than_the_difference_make_the_chance_small() -> None:
    now = known(20, 0.003, 0.002)
    chances = [
        chance_to_decide(200, replace(now, image_error=error), margin=MARGIN)
        for error in (math.nan, 0.0005, 0.01)
    ]
    assert chances[0] >= chances[1] > 0.9
    assert chances[2] == 0
