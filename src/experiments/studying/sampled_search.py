"""Tuning three hyper-parameters or more: Optuna's sampler proposes the points."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import optuna
from optuna.distributions import BaseDistribution, FloatDistribution

from experiments.studying.search import Point, Search, Trial

AT_RANDOM = 10
"""The points that are drawn at random before the sampler uses any result."""
AT_ONCE = 5
"""The points of a round. More would be asked for before the results of the others are known."""
MOST_DRAWN = 200
"""The proposals of a round: if the axes have few values, most proposals were tried before."""


def _study() -> optuna.Study:
    """Return a study in memory, whose proposals depend on the results alone."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=0, n_startup_trials=AT_RANDOM)
    return optuna.create_study(direction="maximize", sampler=sampler)


@dataclass
class SampledSearch(Search):
    """A search with the tree-structured Parzen estimator (Bergstra et al. 2011).

    It stays within the ranges of the axes. Asked and told the same again, it tries the same points.
    """

    _study: optuna.Study = field(default_factory=_study)
    _asked: dict[Point, list[int]] = field(default_factory=dict)

    @property
    def fewest(self) -> int:
        """The number of points at random."""
        return AT_RANDOM

    @property
    def expected(self) -> int:
        """The number of all points that the budget pays for."""
        return self.budget // self.price

    def at_limit(self) -> list[tuple[int, str]]:
        """Return the axes whose best value is an end of the range, which is not left."""
        return [
            (number, "below" if value == axis.low else "above")
            for number, (axis, value) in enumerate(zip(self.axes, self.best, strict=True))
            if value in axis.ends
        ]

    def ask(self) -> list[Point]:
        """Return the points that the sampler proposes, some at once."""
        wanted = min(AT_ONCE if self.trials else AT_RANDOM, self.affordable)
        new: dict[Point, None] = {}
        ranges: dict[str, BaseDistribution] = {
            str(number): FloatDistribution(axis.low, axis.high, log=axis.scale == "log")
            for number, axis in enumerate(self.axes)
        }
        for _ in range(MOST_DRAWN):
            if len(new) == wanted:
                break
            trial = self._study.ask(ranges)
            drawn = zip(self.axes, trial.params.values(), strict=True)
            point = tuple(axis.rounded(value) for axis, value in drawn)
            if point in self.trials:
                self._study.tell(trial.number, self.trials[point].accuracy)
            else:
                new[point] = None
                self._asked.setdefault(point, []).append(trial.number)
        return list(new)

    def tell(self, results: Mapping[Point, Trial]) -> None:
        """Give the results of points, to the sampler, too."""
        super().tell(results)
        for point, trial in results.items():
            for number in self._asked[point]:
                self._study.tell(number, trial.accuracy)
