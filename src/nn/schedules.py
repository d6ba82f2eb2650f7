"""Learning-rate schedules: the factor that multiplies the base rate in each epoch.

A schedule is a pure function of the epoch and of the validation accuracies so far. It has no state
that must be saved.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass


class Schedule(ABC):
    """Maps an epoch to a factor in [0, 1]."""

    @abstractmethod
    def factor(self, epoch: int, accuracies: Sequence[float]) -> float:
        """Return the factor for ``epoch``, counted from 1.

        ``accuracies`` are the validation accuracies of the ``epoch - 1`` epochs before it.
        """


@dataclass(frozen=True)
class Constant(Schedule):
    """The factor is always 1."""

    def factor(self, epoch: int, accuracies: Sequence[float]) -> float:
        return 1.0


@dataclass(frozen=True)
class Step(Schedule):
    """``gamma^floor((epoch - 1) / every)``.

    Raise ValueError unless 0 < gamma <= 1 and every >= 1.
    """

    every: int
    gamma: float

    def __post_init__(self) -> None:
        check_gamma(self.gamma)
        if self.every < 1:
            raise ValueError(f"every must be at least 1 epoch, not {self.every}")

    def factor(self, epoch: int, accuracies: Sequence[float]) -> float:
        return float(self.gamma ** ((epoch - 1) // self.every))


@dataclass(frozen=True)
class Exponential(Schedule):
    """``gamma^(epoch - 1)``.

    Raise ValueError unless 0 < gamma <= 1.
    """

    gamma: float

    def __post_init__(self) -> None:
        check_gamma(self.gamma)

    def factor(self, epoch: int, accuracies: Sequence[float]) -> float:
        return float(self.gamma ** (epoch - 1))


@dataclass(frozen=True)
class Cosine(Schedule):
    """``(1 + cos(pi (epoch - 1) / epochs)) / 2`` (Loshchilov and Hutter 2017, eq. 5, one cycle).

    Zero in later epochs. Raise ValueError unless epochs >= 1.
    """

    epochs: int

    def __post_init__(self) -> None:
        if self.epochs < 1:
            raise ValueError(f"epochs must be at least 1, not {self.epochs}")

    def factor(self, epoch: int, accuracies: Sequence[float]) -> float:
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (epoch - 1) / self.epochs)))


@dataclass(frozen=True)
class HalveOnPlateau(Schedule):
    """Halve the rate after ``patience`` epochs in a row without a new best validation accuracy.

    (Nielsen, ch. 3, "Learning rate schedule".) Raise ValueError unless patience >= 1.
    """

    patience: int

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise ValueError(f"patience must be at least 1 epoch, not {self.patience}")

    def factor(self, epoch: int, accuracies: Sequence[float]) -> float:
        best, waited, halvings = -math.inf, 0, 0
        for accuracy in accuracies:
            if accuracy > best:
                best, waited = accuracy, 0
            else:
                waited += 1
            if waited == self.patience:
                waited, halvings = 0, halvings + 1
        return float(0.5**halvings)


def check_gamma(gamma: float) -> None:
    """Raise ValueError unless 0 < ``gamma`` <= 1."""
    if not 0 < gamma <= 1:
        raise ValueError(f"gamma must be above 0 and at most 1, not {gamma}")
