"""The contenders, and which of them are compared."""

from dataclasses import dataclass

from benchmarks.speed.contender import Contender
from benchmarks.speed.jax_scan import JAXScan, JAXScanOfSeeds
from benchmarks.speed.ours import Ours, OursCompiled, OursInLockstep
from benchmarks.speed.pytorch import Torch
from benchmarks.speed.scikit_learn import SKLearn
from benchmarks.speed.workloads import Workload

CONTENDERS: tuple[type[Contender], ...] = (
    Ours,
    OursInLockstep,
    OursCompiled,
    Torch,
    SKLearn,
    JAXScan,
    JAXScanOfSeeds,
)
"""They take turns in this order. The accuracy of the first is the one that all must reach."""


@dataclass(frozen=True)
class Comparison:
    """Our seconds divided by theirs, with the largest acceptable ratio, None for any ratio.

    ``most_of_large`` is for the large workloads.
    """

    ours: type[Contender]
    theirs: type[Contender]
    most: float | None
    most_of_large: float | None

    def limit(self, workload: Workload) -> float | None:
        """Return the largest acceptable ratio on a workload."""
        return self.most_of_large if workload.large else self.most


COMPARISONS = (
    Comparison(Ours, Torch, 0.5, 0.7),
    Comparison(Ours, SKLearn, 0.5, 0.7),
    Comparison(Ours, JAXScan, None, None),
    Comparison(OursCompiled, Torch, 0.5, 0.7),
    Comparison(OursCompiled, SKLearn, 0.5, 0.7),
    Comparison(OursCompiled, JAXScan, 1.0, 1.0),
    Comparison(OursCompiled, Ours, None, None),
    Comparison(OursInLockstep, Ours, None, None),
    Comparison(OursInLockstep, JAXScanOfSeeds, None, None),
    Comparison(OursCompiled, JAXScanOfSeeds, 1.0, None),
)
