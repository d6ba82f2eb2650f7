"""`experiments report`: write verdicts and figures about the runs as one HTML file."""

import sys

from experiments.cli.arguments import (
    Commands,
    SweepArguments,
    chosen_outputs,
    chosen_sweep,
    mention_other_runs,
    outputs_parser,
    runs_source,
    store_parser,
    sweep_parser,
)
from experiments.recording import REPORTS


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser(
        "report",
        parents=[outputs_parser(), store_parser(), sweep_parser()],
        help="write verdicts and figures about your runs as one HTML file",
    )
    parser.set_defaults(run=run)


def run(arguments: SweepArguments) -> None:
    """Write the report into the folder of the records, and attach it to the sweep in MLflow."""
    from experiments.report import publish

    source = runs_source(arguments)
    sweep = chosen_sweep(arguments, source)
    lines = publish(source, sweep, chosen_outputs(arguments) / REPORTS)
    mention_other_runs(arguments, source, sweep)
    for line in lines:
        sys.stdout.write(f"{line}\n")
