"""One run, from the checked configuration to the last event, resumed where it was stopped."""

from experiments.running.backends import kernel
from experiments.running.certificate import certify
from experiments.running.checkpoint import made_elsewhere
from experiments.running.checkpoint import remove as remove_checkpoints
from experiments.running.environment import environment
from experiments.running.identity import differences, identity, origin, processor
from experiments.running.initialisation import initial_state
from experiments.running.job import Job
from experiments.running.repeat import Repetition, repeat
from experiments.running.run import HELD, recorded_dataset, run
from experiments.running.source import is_source
from experiments.running.together import lockstep_groups, run_together

__all__ = [
    "HELD",
    "Job",
    "Repetition",
    "certify",
    "differences",
    "environment",
    "identity",
    "initial_state",
    "is_source",
    "kernel",
    "lockstep_groups",
    "made_elsewhere",
    "origin",
    "processor",
    "recorded_dataset",
    "remove_checkpoints",
    "repeat",
    "run",
    "run_together",
]
