"""Plots of results: each takes a tidy frame and returns the axes or the figure that it drew."""

from experiments.plotting.diagnostics import error_norms, output_error, saturation
from experiments.plotting.heatmaps import confusion, superiority
from experiments.plotting.images import first_layer_weights, worst_classified
from experiments.plotting.learning_curves import learning_curves
from experiments.plotting.learning_rates import accuracy_by_rate
from experiments.plotting.paired_differences import paired_differences
from experiments.plotting.panels import panels
from experiments.plotting.provenance import Provenance, made_from
from experiments.plotting.published import published_curve, published_differences
from experiments.plotting.rounds import narrowing_intervals
from experiments.plotting.single_neuron import neuron_outputs
from experiments.plotting.style import fitted, use_style
from experiments.plotting.time_to_accuracy import time_to_accuracy
from experiments.plotting.tuning import tuning_curves
from experiments.plotting.weights import weight_distribution

__all__ = [
    "Provenance",
    "accuracy_by_rate",
    "confusion",
    "error_norms",
    "first_layer_weights",
    "fitted",
    "learning_curves",
    "made_from",
    "narrowing_intervals",
    "neuron_outputs",
    "output_error",
    "paired_differences",
    "panels",
    "published_curve",
    "published_differences",
    "saturation",
    "superiority",
    "time_to_accuracy",
    "tuning_curves",
    "use_style",
    "weight_distribution",
    "worst_classified",
]
