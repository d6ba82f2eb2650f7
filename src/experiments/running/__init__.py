"""One run, from the checked configuration to the last event, resumed where it was stopped."""

from experiments.running.checkpoint import remove as remove_checkpoints
from experiments.running.environment import environment
from experiments.running.identity import differences, identity, origin
from experiments.running.job import Job
from experiments.running.repeat import Repetition, repeat
from experiments.running.run import run

__all__ = [
    "Job",
    "Repetition",
    "differences",
    "environment",
    "identity",
    "origin",
    "remove_checkpoints",
    "repeat",
    "run",
]
