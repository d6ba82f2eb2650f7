"""Tuning one arm in one block with a budget of epochs: which points to try, and which is best."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from experiments.comparison import best_point
from experiments.studying.axis import Axis

Point = tuple[float, ...]
"""A value for each axis."""


@dataclass(frozen=True)
class Trial:
    """The result of a point: the mean accuracy on validation, and the epochs that it cost.

    ``runs`` are the identities of its runs.
    """

    accuracy: float
    epochs: int
    runs: tuple[str, ...] = ()


@dataclass
class Search(ABC):
    """The search for the point with the highest accuracy, until a budget of epochs is spent.

    ``price`` are the epochs of a point if none of its runs ends early.
    """

    axes: Sequence[Axis]
    budget: int
    price: int
    trials: dict[Point, Trial] = field(default_factory=dict)

    @property
    @abstractmethod
    def fewest(self) -> int:
        """The number of points that are tried before any result is used."""

    @property
    @abstractmethod
    def expected(self) -> int:
        """The number of points that are tried as a rule, if the budget pays for them."""

    @abstractmethod
    def ask(self) -> list[Point]:
        """Return the points to try next, as many as the budget allows; none if it is spent."""

    def tell(self, results: Mapping[Point, Trial]) -> None:
        """Give the results of points."""
        self.trials |= results

    @property
    def spent(self) -> int:
        """The epochs that were trained."""
        return sum(trial.epochs for trial in self.trials.values())

    @property
    def affordable(self) -> int:
        """The number of points that the rest of the budget pays for."""
        return max(0, (self.budget - self.spent) // self.price)

    @property
    def best(self) -> Point:
        """The point with the highest smoothed accuracy: see `best_point`."""
        points = list(self.trials)
        return points[best_point(points, [trial.accuracy for trial in self.trials.values()])]

    def at_edge(self) -> list[int]:
        """Return the numbers of the axes at whose edge the best value lies."""
        return []

    def at_limit(self) -> list[tuple[int, str]]:
        """Return the numbers of the axes whose best value has none beyond it that may be tried.

        Beside each is where: `below` or `above` the best value.
        """
        return []

    def line(self, number: int) -> list[Trial]:
        """Return the trials along an axis through the best point, if there is such a line."""
        return []
