"""Interactive charts of results: each takes a tidy frame and returns a figure for a page."""

from experiments.charts.confusion import confusion
from experiments.charts.curves import accuracy_curves, cost_curves
from experiments.charts.distribution import final_accuracies
from experiments.charts.figure import Figure, Panel, bundle, png, spec
from experiments.charts.profile import performance_profile
from experiments.charts.rates import accuracy_by_rate
from experiments.charts.seconds import accuracy_by_seconds
from experiments.charts.style import Key, keys
from experiments.charts.verdicts import verdict_figure
from experiments.charts.wins import win_matrices

__all__ = [
    "Figure",
    "Key",
    "Panel",
    "accuracy_by_rate",
    "accuracy_by_seconds",
    "accuracy_curves",
    "bundle",
    "confusion",
    "cost_curves",
    "final_accuracies",
    "keys",
    "performance_profile",
    "png",
    "spec",
    "verdict_figure",
    "win_matrices",
]
