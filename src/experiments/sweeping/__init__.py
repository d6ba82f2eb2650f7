"""Sweeps: many runs, each in a process of its own, or only a plan of them."""

from experiments.sweeping.plan import plan
from experiments.sweeping.prepare import prepare
from experiments.sweeping.sweep import sweep

__all__ = ["plan", "prepare", "sweep"]
