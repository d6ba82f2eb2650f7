"""The training of one network: the mini-batch loop, its metrics, evaluation and diagnostics."""

from experiments.training.descent import Descent, descend
from experiments.training.diagnostics import ERROR_NORM, diagnose
from experiments.training.evaluation import (
    Evaluation,
    confusion_matrix,
    constant_guess,
    evaluate,
)
from experiments.training.gradient_check import (
    GradientCheck,
    check_gradient,
    leave_kinks,
    training_gradient,
)
from experiments.training.metrics import CLOCK, EpochMetrics
from experiments.training.progress import Progress, initialise
from experiments.training.train import DivergenceError, train, training_parts

__all__ = [
    "CLOCK",
    "ERROR_NORM",
    "Descent",
    "DivergenceError",
    "EpochMetrics",
    "Evaluation",
    "GradientCheck",
    "Progress",
    "check_gradient",
    "confusion_matrix",
    "constant_guess",
    "descend",
    "diagnose",
    "evaluate",
    "initialise",
    "leave_kinks",
    "train",
    "training_gradient",
    "training_parts",
]
