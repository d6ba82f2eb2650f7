"""Learning-rate schedules: the factor that multiplies the base rate in each epoch, and the end.

A schedule is a pure function of the epoch and of the validation accuracies so far. It has no state
that must be saved.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass


class Schedule(ABC):
    """Maps an epoch to a factor in [0, 1], and may end a training before its last epoch."""

    @abstractmethod
    def factor(self, epoch: int, accuracies: Sequence[float]) -> float:
        """Return the factor for ``epoch``, counted from 1.

        ``accuracies`` are the validation accuracies of the ``epoch - 1`` epochs before it.
        """

    @property
    def may_end(self) -> bool:
        """Whether there are accuracies with which `ended` is true."""
        return False

    def ended(self, accuracies: Sequence[float]) -> bool:
        """Return whether training ends after the epochs with these validation accuracies."""
        return False


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

    The training ends when the next factor would be below ``smallest``, never if that is None.
    (Nielsen, ch. 3, "Learning rate schedule"; its exercise ends at 1/128.) Raise ValueError unless
    patience >= 1 and 0 < smallest <= 1.
    """

    patience: int
    smallest: float | None = None

    def __post_init__(self) -> None:
        check_patience(self.patience)
        if self.smallest is not None and not 0 < self.smallest <= 1:
            raise ValueError(f"smallest must be above 0 and at most 1, not {self.smallest}")

    def factor(self, epoch: int, accuracies: Sequence[float]) -> float:
        return float(0.5 ** plateaus(accuracies, self.patience))

    @property
    def may_end(self) -> bool:
        return self.smallest is not None

    def ended(self, accuracies: Sequence[float]) -> bool:
        if self.smallest is None:
            return False
        return self.factor(len(accuracies) + 1, accuracies) < self.smallest


@dataclass(frozen=True)
class StopOnPlateau(Schedule):
    """The factor is always 1, and a plateau of ``patience`` epochs ends the training.

    A plateau is a row of epochs without a new best validation accuracy. (Nielsen, ch. 3, "Use early
    stopping to determine the number of training epochs": no-improvement-in-n.) Raise ValueError
    unless patience >= 1.
    """

    patience: int

    def __post_init__(self) -> None:
        check_patience(self.patience)

    def factor(self, epoch: int, accuracies: Sequence[float]) -> float:
        return 1.0

    @property
    def may_end(self) -> bool:
        return True

    def ended(self, accuracies: Sequence[float]) -> bool:
        return plateaus(accuracies, self.patience) > 0


def plateaus(accuracies: Sequence[float], patience: int) -> int:
    """Return how often there were ``patience`` epochs in a row without a new best accuracy.

    After each of them the count begins again; the best accuracy stays.
    """
    best, waited, found = -math.inf, 0, 0
    for accuracy in accuracies:
        if accuracy > best:
            best, waited = accuracy, 0
        else:
            waited += 1
        if waited == patience:
            waited, found = 0, found + 1
    return found


def check_patience(patience: int) -> None:
    """Raise ValueError unless ``patience`` is at least 1."""
    if patience < 1:
        raise ValueError(f"patience must be at least 1 epoch, not {patience}")


def check_gamma(gamma: float) -> None:
    """Raise ValueError unless 0 < ``gamma`` <= 1."""
    if not 0 < gamma <= 1:
        raise ValueError(f"gamma must be above 0 and at most 1, not {gamma}")
