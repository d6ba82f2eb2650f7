"""The notebooks, executed on a user's own runs, as one HTML file that needs nothing else."""

from experiments.report.publish import publish

__all__ = ["publish"]
