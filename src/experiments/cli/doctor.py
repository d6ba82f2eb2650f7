"""`experiments doctor`: print what matters on this machine for speed and safety, and advice."""

import sys
from pathlib import Path
from typing import Protocol

from experiments.cli.arguments import (
    Commands,
    OutputsArguments,
    StoreArguments,
    chosen_outputs,
    command_parser,
    default_configuration,
    outputs_parser,
    store_parser,
    store_uri,
)
from experiments.recording import RecordedTracking


class Arguments(OutputsArguments, StoreArguments, Protocol):
    """The arguments of the command."""


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "doctor",
        summary="print what makes runs slow or unsafe on this machine, and the remedies",
        text=(
            "Look at the processors, the memory, the disk, the numerical libraries, the "
            "MLflow store and the data of this machine. Print what makes runs slow or unsafe, "
            "and the remedy of each problem. The exit code is 1 if something prevents runs."
        ),
        examples={
            "The default folder and store": ["doctor"],
            "Another folder for the records": ["doctor", "--outputs", "my-runs"],
        },
        parents=[outputs_parser(), store_parser()],
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Print the facts and the advice. The exit code is 1 if something prevents runs."""
    from experiments.doctor import examine, obstacles, printed  # imports NumPy, and later MLflow

    outputs = chosen_outputs(arguments)
    config = default_configuration(outputs)
    tracking = RecordedTracking(
        experiment=config.tracking.experiment,
        uri=store_uri(arguments, outputs),
        artifacts=config.tracking.artifacts,
        outputs=str(outputs),
    )
    dataset = config.dataset
    facts = examine(tracking, Path(dataset.root), downloadable=bool(dataset.mirrors))
    sys.stdout.write(printed(facts))
    if obstacles(facts):
        sys.exit(1)
