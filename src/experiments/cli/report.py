"""`experiments report`: write verdicts and figures about the runs as one HTML file."""

import sys

from experiments.cli.arguments import (
    Commands,
    SweepArguments,
    chosen_outputs,
    chosen_sweep,
    command_parser,
    mention_other_runs,
    outputs_parser,
    runs_source,
    store_parser,
    sweep_parser,
)
from experiments.recording import REPORTS


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "report",
        summary="write verdicts and figures about your runs as one HTML file",
        text=(
            "Write figures and verdicts about the newest sweep, another one or all runs as "
            "one HTML file, and attach it to the sweep in MLflow."
        ),
        examples={
            "The newest sweep": ["report"],
            "Another sweep, by the first characters of its id": ["report", "--sweep", "3d9b2e9e"],
            "All runs": ["report", "--all"],
        },
        parents=[outputs_parser(), store_parser(), sweep_parser()],
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
