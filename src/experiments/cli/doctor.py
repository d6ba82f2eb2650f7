"""`experiments doctor`: print what matters on this machine for speed and safety, and advice."""

import sys
from pathlib import Path
from typing import Protocol

from experiments.cli.arguments import (
    Commands,
    OutputsArguments,
    StoreArguments,
    chosen_outputs,
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
    parser = commands.add_parser(
        "doctor",
        parents=[outputs_parser(), store_parser()],
        help="print what makes runs slow or unsafe on this machine, and the remedies",
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
