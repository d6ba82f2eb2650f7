"""The terminal: the live display of runs, tables of runs, and `experiments status`."""

from experiments.terminal.arms import closing_tables
from experiments.terminal.display import Display
from experiments.terminal.epochs import Epochs
from experiments.terminal.stage import stage
from experiments.terminal.status import show_status
from experiments.terminal.style import duration, name_cell, runs_table, status_cell, time_left
from experiments.terminal.summary import RunSummary, summary_table
from experiments.terminal.whole_sweep import Expected, WholeSweep

__all__ = [
    "Display",
    "Epochs",
    "Expected",
    "RunSummary",
    "WholeSweep",
    "closing_tables",
    "duration",
    "name_cell",
    "runs_table",
    "show_status",
    "stage",
    "status_cell",
    "summary_table",
    "time_left",
]
