"""The training of one network: the mini-batch loop, its metrics, evaluation and diagnostics."""

from experiments.training.descent import Descent, descend
from experiments.training.evaluation import (
    Evaluation,
    confusion_matrix,
    constant_guess,
    evaluate,
)
from experiments.training.metrics import CLOCK, EpochMetrics
from experiments.training.progress import Progress, initialise
from experiments.training.train import DivergenceError, train, training_parts

__all__ = [
    "CLOCK",
    "Descent",
    "DivergenceError",
    "EpochMetrics",
    "Evaluation",
    "Progress",
    "confusion_matrix",
    "constant_guess",
    "descend",
    "evaluate",
    "initialise",
    "train",
    "training_parts",
]
