"""Searches: Optuna proposes trials, and each trial is a run like any other."""

from experiments.searching.best import closing_lines
from experiments.searching.options import Options
from experiments.searching.space import Choice, Dimension, Interval, dimensions, probes
from experiments.searching.study import Study, Trial, search_id, study_folder

__all__ = [
    "Choice",
    "Dimension",
    "Interval",
    "Options",
    "Study",
    "Trial",
    "closing_lines",
    "dimensions",
    "probes",
    "search_id",
    "study_folder",
]
