"""The posterior of the mean difference of two arms, with a region of practical equivalence."""

from dataclasses import dataclass

import numpy as np
from baycomp.single import Posterior as StudentPosterior

from experiments.comparison.statistics import Numbers, standard_deviation


@dataclass(frozen=True)
class Posterior:
    """The probabilities that A is better, that both are practically equivalent, that B is better.

    They add up to 1.
    """

    a_better: float
    equivalent: float
    b_better: float


def posterior(differences: Numbers, margin: float) -> Posterior:
    """Return the posterior probabilities from the differences A - B ``[n]`` of paired seeds.

    Practically equivalent are means within ``margin`` of zero. The posterior of the mean is
    Student's t with n - 1 degrees of freedom, located at the mean of the differences, with the
    scale s / sqrt(n). This is the Bayesian correlated t-test of Benavoli, Corani, Demšar and
    Zaffalon (2017, JMLR 18(77), the test for one data set) with correlation zero and its flat
    prior. The correlation of that test is for the folds of a cross-validation, which share
    training images. Seeds are independent repetitions. Baycomp's `CorrelatedTTest` cannot have
    correlation zero: it derives the correlation from the number of folds, 1/n. So the mean and its
    variance are given to baycomp's posterior itself. If all differences are equal, the posterior
    is one point. Raise ValueError if there are fewer than two differences.
    """
    n = len(differences)
    if n < 2:
        raise ValueError(f"{n} differences have no posterior; it needs two or more")
    variance = standard_deviation(differences) ** 2 / n
    found = StudentPosterior(float(np.mean(differences)), variance, n - 1, rope=margin).probs()
    b_better, a_better = float(found[0]), float(found[-1])
    equivalent = float(found[1]) if margin else 0.0
    return Posterior(a_better, equivalent, b_better)
