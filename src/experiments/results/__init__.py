"""Results of runs as tidy pandas frames: from journals, from an MLflow store, or exported."""

from experiments.recording import correct_images
from experiments.results.arrivals import TARGETS, arrivals
from experiments.results.commands import commands, commands_if_known, with_choices, with_seeds
from experiments.results.frames import (
    BEST_VALIDATION,
    CERTIFICATE,
    END_METRICS,
    OUTPUTS,
    RATE,
    VALIDATION,
    frame_of,
    is_option,
    options,
)
from experiments.results.left_out import LeftOutWarning
from experiments.results.networks import (
    Predictions,
    first_layer,
    network,
    predictions,
    square_images,
)
from experiments.results.queries import history, recorded, runs
from experiments.results.scope import Scope
from experiments.results.settings import (
    changed_from_defaults,
    default_rate,
    every_choice_has,
    experiment,
)
from experiments.results.sources import count_runs, export, files, is_outputs, is_uri
from experiments.results.splits import OWN_SPLIT, SPLIT, with_own_splits
from experiments.results.sweeps import SweepSummary, find_sweep, sweeps

__all__ = [
    "BEST_VALIDATION",
    "CERTIFICATE",
    "END_METRICS",
    "OUTPUTS",
    "OWN_SPLIT",
    "RATE",
    "SPLIT",
    "TARGETS",
    "VALIDATION",
    "LeftOutWarning",
    "Predictions",
    "Scope",
    "SweepSummary",
    "arrivals",
    "changed_from_defaults",
    "commands",
    "commands_if_known",
    "correct_images",
    "count_runs",
    "default_rate",
    "every_choice_has",
    "experiment",
    "export",
    "files",
    "find_sweep",
    "first_layer",
    "frame_of",
    "history",
    "is_option",
    "is_outputs",
    "is_uri",
    "network",
    "options",
    "predictions",
    "recorded",
    "runs",
    "square_images",
    "sweeps",
    "with_choices",
    "with_own_splits",
    "with_seeds",
]
