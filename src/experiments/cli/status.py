"""`experiments status`: print the status of all sweeps and runs."""

from typing import Protocol

from experiments.cli import values
from experiments.cli.arguments import (
    Commands,
    OutputsArguments,
    chosen_outputs,
    command_parser,
    outputs_parser,
)
from experiments.terminal import show_status


class Arguments(OutputsArguments, Protocol):
    """The arguments of the command."""

    sweep: str | None


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "status",
        summary="print the status of sweeps and runs",
        text=(
            "Print a line for each sweep, and a table of the runs of the newest one: which "
            "are finished, running or interrupted, why a run failed, and how long the others "
            "take."
        ),
        examples={
            "The newest sweep": ["status"],
            "Another sweep, by the first characters of its id": ["status", "3d9b2e9e"],
            "Another folder": ["status", "--outputs", "my-runs"],
        },
        parents=[outputs_parser()],
    )
    parser.add_argument(
        "sweep",
        type=values.folder_or_identifier,
        nargs="?",
        metavar="SWEEP",
        help="the folder of a sweep, or the first characters of its id (default: the newest)",
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Print one line for each sweep, and a table of the runs of one sweep."""
    show_status(chosen_outputs(arguments), arguments.sweep)
