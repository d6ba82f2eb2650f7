"""The report of a user's runs: verdicts, tables and interactive figures in one HTML file."""

from experiments.report.publish import publish

__all__ = ["publish"]
