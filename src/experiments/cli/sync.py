"""The command `experiments sync`: its arguments and its output."""

import sys
from pathlib import Path
from typing import Protocol

from experiments.cli import values
from experiments.cli.arguments import (
    Commands,
    OutputsArguments,
    StoreArguments,
    chosen_outputs,
    command_parser,
    outputs_parser,
    store_parser,
)
from experiments.tracking import check_answers


class Arguments(OutputsArguments, StoreArguments, Protocol):
    """The arguments of the command."""

    folder: Path | None


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "sync",
        summary="bring MLflow up to date with the records",
        text=(
            "Copy everything that MLflow does not have yet from the records to MLflow, for "
            "example after its server or disk failed. What MLflow has is not copied twice. "
            "The exit code is 1 if a record is damaged or a store fails."
        ),
        examples={
            "All records, each to the store of its command": ["sync"],
            "The records of another folder, to a server": [
                "sync",
                "my-runs",
                "--uri",
                "http://localhost:5000",
            ],
        },
        parents=[outputs_parser(), store_parser()],
    )
    parser.add_argument(
        "folder",
        type=values.folder,
        nargs="?",
        metavar="FOLDER",
        help="the folder of a run or a sweep (default: all)",
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Bring MLflow up to date. Without `--uri`, each run goes to the store in its record.

    The exit code is 1 if a record is damaged or a store fails.
    """
    if arguments.uri is not None:
        check_answers(arguments.uri)
    from experiments.mirror import sync  # imports MLflow

    done, problems = sync(arguments.folder or chosen_outputs(arguments), arguments.uri)
    for line in done:
        sys.stdout.write(f"{line}\n")
    for line in problems:
        sys.stderr.write(f"error: {line}\n")
    if problems:
        sys.exit(1)
