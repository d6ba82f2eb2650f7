"""An experiment: everything that decides the numbers that a run computes, built and checked."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.data import IDXDataset
from nn import Activation, Initializer, Loss, Optimizer, Schedule


@dataclass(frozen=True)
class Experiment:
    """The data, the network and the training method of one run.

    Raise ValueError if a number is out of its range.
    """

    dataset: IDXDataset
    sizes: list[int]
    activation: Activation
    initializer: Initializer
    loss: Loss
    optimizer: Optimizer
    schedule: Schedule
    epochs: int
    batch_size: int
    l2: float
    seed: int
    dtype: str
    backend: str = "numpy"
    test_curve: bool = False

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not 0 <= self.l2 < math.inf:
            raise ValueError(f"l2 must be zero or positive, not {self.l2}")
        if self.seed < 0:
            raise ValueError(f"seed must be zero or positive, not {self.seed}")

    def is_trained(self, accuracies: Sequence[float]) -> bool:
        """Return whether the training ends after the epochs with these validation accuracies."""
        return len(accuracies) >= self.epochs or self.schedule.ended(accuracies)
