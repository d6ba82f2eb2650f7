"""The command `experiments server`: its arguments."""

from typing import Protocol

from experiments.cli import values
from experiments.cli.arguments import (
    Commands,
    Interruptible,
    OutputsArguments,
    chosen_outputs,
    command_parser,
    outputs_parser,
)


class Arguments(OutputsArguments, Interruptible, Protocol):
    """The arguments of the command."""

    host: str
    port: int
    upgrade: bool


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "server",
        summary="serve MLflow to a team, on PostgreSQL and with passwords",
        text=(
            "Serve MLflow until Ctrl-C, with users and passwords, and keep artifacts for them. "
            "The database is the one in MLFLOW_BACKEND_STORE_URI, or else a PostgreSQL of its "
            "own in the folder `server` of the outputs. docs/server.md has every step: users, "
            "backup, upgrade, encryption."
        ),
        examples={
            "For this machine alone": ["server"],
            "For the network": ["server", "--host", "0.0.0.0"],  # noqa: S104 - on request
        },
        parents=[outputs_parser()],
    )
    parser.add_argument(
        "--host",
        type=values.identifier,
        default="127.0.0.1",
        help="the address to listen at (default: %(default)s, this machine alone)",
    )
    parser.add_argument(
        "--port",
        type=values.port,
        default=5000,
        help="the port of the server (default: %(default)s)",
    )
    parser.add_argument(
        "--upgrade",
        action="store_true",
        help="upgrade a database of an older MLflow; make a backup before",
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Serve MLflow to a team until Ctrl-C."""
    folder = chosen_outputs(arguments) / "server"
    from experiments.serving import serve_team  # imports MLflow

    serve_team(
        folder,
        arguments.host,
        arguments.port,
        upgrade=arguments.upgrade,
        interruption=arguments.interruption,
    )
