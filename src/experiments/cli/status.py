"""`experiments status`: print the status of all sweeps and runs."""

from typing import Protocol

from experiments.cli import values
from experiments.cli.arguments import Commands, OutputsArguments, chosen_outputs, outputs_parser
from experiments.terminal import show_status


class Arguments(OutputsArguments, Protocol):
    """The arguments of the command."""

    sweep: str | None


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser(
        "status", parents=[outputs_parser()], help="print the status of sweeps and runs"
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
