"""The command `experiments ui`: its arguments."""

from typing import Protocol

from experiments.cli import values
from experiments.cli.arguments import (
    Commands,
    Interruptible,
    StoreArguments,
    command_parser,
    store_parser,
    store_uri,
)
from experiments.errors import ConfigError
from experiments.tracking import check_answers


class Arguments(StoreArguments, Interruptible, Protocol):
    """The arguments of the command."""

    port: int
    no_browser: bool


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "ui",
        summary="browse the runs in MLflow, on this machine only",
        text=(
            "Serve the MLflow store on this machine until Ctrl-C, and open the browser at the "
            "mean curves of the newest sweep. Other machines cannot reach the server; `ssh -L "
            "5000:127.0.0.1:5000 HOST` forwards it to yours."
        ),
        examples={
            "The default store": ["ui"],
            "Another port, without a browser": ["ui", "--port", "8080", "--no-browser"],
            "The store of another folder": ["ui", "--uri", "sqlite:///my-runs/mlflow.db"],
        },
        parents=[store_parser()],
    )
    parser.add_argument(
        "--port",
        type=values.port,
        default=5000,
        help="the port of the server (default: %(default)s)",
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address, and open no browser"
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Serve the MLflow store until Ctrl-C, and open the browser on its runs."""
    uri = store_uri(arguments)
    if uri is None:
        raise ConfigError("conf/ chooses tracking=none; give the address of a store with --uri")
    check_answers(uri)
    from experiments.mirror import serve  # imports MLflow

    serve(
        uri,
        arguments.port,
        browse=not arguments.no_browser,
        interruption=arguments.interruption,
    )
