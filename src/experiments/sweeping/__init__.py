"""Sweeps: many runs, each in a process of its own, or only a plan of them."""

from experiments.sweeping.plan import plan, run_seconds, total_seconds
from experiments.sweeping.prepare import notices, prepare
from experiments.sweeping.series import Series
from experiments.sweeping.sweep import sweep
from experiments.sweeping.watch import expected
from experiments.sweeping.workers import (
    Crew,
    Followed,
    LastMessage,
    Workers,
    begin_process,
    record_end,
)

__all__ = [
    "Crew",
    "Followed",
    "LastMessage",
    "Series",
    "Workers",
    "begin_process",
    "expected",
    "notices",
    "plan",
    "prepare",
    "record_end",
    "run_seconds",
    "sweep",
    "total_seconds",
]
