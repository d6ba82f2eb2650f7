"""`experiments verify`: the numbers of a network against independent ways to compute them."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from experiments.cli import values
from experiments.cli.arguments import Commands, command_parser
from experiments.cli.own_errors import own_errors
from experiments.configuration import install_command
from experiments.errors import ConfigError


class Arguments(Protocol):
    """The arguments of the command."""

    overrides: Sequence[str]
    config_dir: Path | None
    worked_example: bool


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "verify",
        summary="check outputs, cost, gradients and optimizers against other ways to compute them",
        text=(
            "Compute the outputs, the cost and the gradient of a network for some training "
            "images, and three steps of every optimizer, and compare each number: by hand, with "
            "finite differences, with the rules of the papers, and with JAX and optax if they "
            "are installed. The certificate, which a run makes before it trains, is one of the "
            "tables. The words are those of run.py. The exit code is 1 if a number differs, or if "
            "nothing could check the chosen optimizer, activation or cost."
        ),
        examples={
            "A network": ["verify", "architecture=784-32-32-10", "activation=relu", "loss=ce"],
            "An activation of your own, in my/activation/mine.yaml": [
                "verify",
                "--config-dir",
                "my",
                "activation=mine",
            ],
            "The numbers that the second of the five documents prints": [
                "verify",
                "--worked-example",
            ],
        },
        parents=[],
    )
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="as for run.py")
    parser.add_argument(
        "--config-dir",
        type=values.folder,
        metavar="FOLDER",
        help="a folder of your own with groups of conf/",
    )
    parser.add_argument(
        "--worked-example",
        action="store_true",
        help="verify the numbers that a document has computed by hand, and not a network",
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Print the tables. The exit code is 1 if a number differs, or a chosen class is unchecked."""
    from experiments.verifying import (
        composed,
        missing_references,
        print_tables,
        verify,
        worked_example,
    )

    if arguments.worked_example:
        if arguments.overrides or arguments.config_dir:
            raise ConfigError("--worked-example is a network of its own; leave out the other words")
        agree = print_tables(worked_example())
    else:
        with own_errors():
            agree = print_tables(verify(composed(arguments.overrides, arguments.config_dir)))
        missing = missing_references()
        if missing:
            install = install_command("verify")
            sys.stdout.write(f"Without {' and '.join(missing)}, which can be added: {install}\n")
    if not agree:
        sys.exit(1)
