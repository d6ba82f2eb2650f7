"""`experiments export`: write results as Parquet files, which are readable without this project."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from experiments.cli import values
from experiments.cli.arguments import (
    Commands,
    SweepArguments,
    chosen_sweep,
    command_parser,
    mention_other_runs,
    outputs_parser,
    runs_source,
    store_parser,
    sweep_parser,
)


class Arguments(SweepArguments, Protocol):
    """The arguments of the command."""

    folder: Path
    network: Sequence[str] | None


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "export",
        summary="write the results of a sweep as Parquet files",
        text=(
            "Write the results of the newest sweep, of another one or of all runs to a "
            "folder: a Parquet file with a row for each run, and one with a row for each "
            "epoch. `compare`, `tuned` and `report` read such a folder, too."
        ),
        examples={
            "The newest sweep": ["export", "my-results"],
            "All runs": ["export", "my-results", "--all"],
            "Read them again": ["compare", "loss", "--outputs", "my-results"],
        },
        parents=[outputs_parser(), store_parser(), sweep_parser()],
    )
    parser.add_argument(
        "folder", type=values.folder, metavar="FOLDER", help="the folder to write the files to"
    )
    parser.add_argument(
        "--network",
        action="append",
        type=values.identifier,
        metavar="IDENTITY",
        help="also write the trained network of this run, given by the first characters of its"
        " identity; can be given several times",
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Write the files, and print the number of runs."""
    from experiments.terminal import stage

    with stage("Reading the runs and writing the files"):
        from experiments.results import export

        source = runs_source(arguments)
        sweep = chosen_sweep(arguments, source)
        runs = export(
            source,
            arguments.folder,
            sweep=sweep.id if sweep else None,
            networks=arguments.network or (),
        )
    mention_other_runs(arguments, source, sweep)
    sys.stdout.write(f"{len(runs)} runs: {arguments.folder.resolve()}\n")
