"""The command line: the program `experiments`, with one module per command."""

import experiments.startup  # noqa: F401 - before NumPy is imported
from experiments.cli.error_lines import one_line_errors
from experiments.cli.main import main
from experiments.cli.run_command import check_run_command

__all__ = ["check_run_command", "main", "one_line_errors"]
