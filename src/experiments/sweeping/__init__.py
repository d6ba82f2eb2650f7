"""Sweeps: many runs, each in a process of its own, or only a plan of them."""

from experiments.sweeping.plan import plan, run_seconds, total_seconds
from experiments.sweeping.prepare import prepare
from experiments.sweeping.series import Series
from experiments.sweeping.sweep import sweep

__all__ = ["Series", "plan", "prepare", "run_seconds", "sweep", "total_seconds"]
