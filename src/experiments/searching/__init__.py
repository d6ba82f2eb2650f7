"""Searches: Optuna proposes trials, and each trial is a run like any other."""

from experiments.searching.best import closing_lines, stage
from experiments.searching.options import Options
from experiments.searching.search import Search, Trial, search_folder, search_id
from experiments.searching.space import Choice, Dimension, Interval, dimensions, probes

__all__ = [
    "Choice",
    "Dimension",
    "Interval",
    "Options",
    "Search",
    "Trial",
    "closing_lines",
    "dimensions",
    "probes",
    "search_folder",
    "search_id",
    "stage",
]
