"""The metrics of one epoch, and the names under which they are recorded."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from experiments.training.evaluation import Evaluation

CLOCK = ("seconds", "images_per_second")
"""The metrics that depend on the speed of the machine; all others are reproducible."""


@dataclass(frozen=True)
class EpochMetrics:
    """The metrics of an epoch; those of the parameters are for the parameters at its end.

    ``minibatch_gradient_norm`` is the L2 norm of the gradient of a mini-batch, penalty included, as
    the mean over every 16th mini-batch of the epoch. It is larger than the norm of the gradient of
    all training images, because the noise of the mini-batches adds to it.
    """

    epoch: int
    train: Evaluation
    validation: Evaluation
    learning_rate: float
    minibatch_gradient_norm: float
    weight_norms: tuple[float, ...]  # L2 norm of each layer's weights
    seconds: float  # spent on the mini-batches, evaluation excluded; in lockstep an equal share
    images_per_second: float
    diagnostics: Mapping[str, float]

    @property
    def finite(self) -> bool:
        """True if no metric is NaN or infinite."""
        return all(map(math.isfinite, self.by_name().values()))

    def by_name(self) -> dict[str, float]:
        """Return the metrics by the name under which they are recorded."""
        return {
            "train/cost": self.train.cost,
            "train/loss": self.train.loss,
            "train/accuracy": self.train.accuracy,
            "validation/cost": self.validation.cost,
            "validation/loss": self.validation.loss,
            "validation/accuracy": self.validation.accuracy,
            "learning_rate": self.learning_rate,
            "minibatch_gradient_norm": self.minibatch_gradient_norm,
            **{f"weight_norm/{i}": norm for i, norm in enumerate(self.weight_norms, 1)},
            "seconds": self.seconds,
            "images_per_second": self.images_per_second,
            **self.diagnostics,
        }
