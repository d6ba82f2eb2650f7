"""The chance that more seeds decide a comparison, and how many are recommended."""

import math

import numpy as np

from experiments.comparison import image_error, mixture_t
from experiments.comparison.power import alpha_of_means, fewest_seeds
from experiments.comparison.statistics import PairedStatistics

EVEN_CHANCE = 0.5
"""The probability with which the next seeds that are recommended decide a comparison."""
MOST_SEEDS = 1000
"""The largest number of seeds that is ever recommended."""
SIMULATIONS = 2000


def chance_to_decide(
    more: int, known: PairedStatistics, *, family: int = 1, margin: float
) -> float:
    """Return the probability that ``more`` seeds decide one of ``family`` comparisons.

    It is the predictive probability (Spiegelhalter et al. 2004, *Bayesian Approaches to Clinical
    Trials*, section 6.6): true means and deviations are drawn from what the present seeds say about
    them, with flat priors, then the new seeds.
    """
    alpha, total = alpha_of_means(family), known.n + more
    width = mixture_t.half_width(total, alpha)
    if math.isinf(width):
        return 0.0
    means, errors = _futures(more, known)
    half = np.hypot(width * errors, image_error.half_width(known.image_error, alpha))
    decided = (np.abs(means) > half) | (np.abs(means) + half < margin)
    return float(np.mean(decided))


def seeds_to_decide(known: PairedStatistics, *, family: int = 1, margin: float) -> int:
    """Return how many more seeds decide a comparison with a chance of 50 %.

    It is 0 if there would be more than `MOST_SEEDS` then.
    """
    more = max(fewest_seeds(family) - known.n, 1)
    while known.n + more <= MOST_SEEDS:
        if chance_to_decide(more, known, family=family, margin=margin) >= EVEN_CHANCE:
            return more
        more += max(1, more // 4)
    return 0


def _futures(more: int, known: PairedStatistics) -> tuple[np.ndarray, np.ndarray]:
    """Return simulated means of all seeds, and their standard errors, after ``more`` seeds."""
    rng, n, total = np.random.default_rng(0), known.n, known.n + more
    scatter = (n - 1) * known.standard_deviation**2
    variance = scatter / rng.chisquare(n - 1, SIMULATIONS)
    true = known.difference + np.sqrt(variance / n) * rng.standard_normal(SIMULATIONS)
    new = true + np.sqrt(variance / more) * rng.standard_normal(SIMULATIONS)
    new_scatter = variance * rng.chisquare(more - 1, SIMULATIONS) if more > 1 else 0.0
    between = n * more / total * (new - known.difference) ** 2
    errors = np.sqrt((scatter + new_scatter + between) / (total - 1) / total)
    return (n * known.difference + more * new) / total, errors
