"""`experiments repeat`: repeat a run, and compare the results to the last bit."""

import sys
from pathlib import Path
from typing import Protocol

from experiments.cli import values
from experiments.cli.arguments import (
    Commands,
    Interruptible,
    OutputsArguments,
    StoreArguments,
    chosen_outputs,
    command_parser,
    outputs_parser,
    store_parser,
    store_uri,
)
from experiments.errors import UserError
from experiments.recording import Event, Record, is_run, is_set_aside, read_record, run_folders


class Arguments(OutputsArguments, StoreArguments, Interruptible, Protocol):
    """The arguments of the command."""

    id: str


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "repeat",
        summary="repeat a run, and compare the results to the last bit",
        text=(
            "Do a run again with the configuration of its record, and compare every metric "
            "with the record. The record stays as it is. The exit code is 1 if a number "
            "differs."
        ),
        examples={
            "A run, by the first characters of its identity (see outputs/runs)": [
                "repeat",
                "3f2a91c0",
            ],
            "A run of another folder": ["repeat", "my-runs/runs/3f2a91c0b5d84e17"],
        },
        parents=[outputs_parser(), store_parser()],
    )
    parser.add_argument(
        "id",
        type=values.folder_or_identifier,
        metavar="RUN",
        help="the folder of a run, the first characters of its identity, or its id in MLflow",
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Repeat a run and print the comparison. The exit code is 1 if the results differ."""
    from experiments.running import repeat
    from experiments.terminal import Display, Epochs

    outputs = chosen_outputs(arguments)
    record = find_record(arguments.id, outputs, store_uri(arguments, outputs))
    name, epochs = record.start.name, Epochs.of(record)
    with Display() as display:

        def show(event: Event) -> None:
            display.show(name, epochs.total, event, may_end=epochs.may_end)

        repetition = repeat(record, show=show, interruption=arguments.interruption)
    sys.stdout.write(f"{repetition}\n")
    if not repetition.identical:
        sys.exit(1)


def find_record(run: str, outputs: Path, uri: str | None) -> Record:
    """Return the record of a run in the folder ``outputs`` or in the MLflow store ``uri``.

    ``run`` is the folder of the run, the first characters of its identity, or its id in MLflow.
    Raise UserError if no run, or more than one, is meant.
    """
    folder = Path(run)
    if not is_run(folder):
        folders = [each for each in run_folders(outputs) if each.name.startswith(run)]
        exact = [each for each in folders if each.name == run]
        current = [each for each in folders if not is_set_aside(each)]
        found = exact or current
        if len(found) > 1:
            identities = ", ".join(each.name for each in found)
            raise UserError(
                f"{run}: {len(found)} runs match, expected one; known identities: {identities}"
            )
        if not found:
            return _record_in_mlflow(run, outputs, uri)
        (folder,) = found
    record = read_record(folder)
    if record is None:
        raise UserError(f"{folder}: this run has recorded nothing yet; its command starts it again")
    return record


def _record_in_mlflow(run_id: str, outputs: Path, uri: str | None) -> Record:
    missing = f"{run_id}: no run in {outputs} has this identity or folder"
    if uri is None:
        raise UserError(f"{missing}; --uri URI looks in an MLflow store")
    from experiments.tracking import check_answers

    try:
        check_answers(uri)
        from experiments.mirror import tracked_record  # imports MLflow

        return tracked_record(uri, run_id)
    except UserError as error:
        raise UserError(f"{missing}; {error}") from None
