"""`experiments tuned`: print the best learning rates, and make them the defaults of conf/."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

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
from experiments.configuration import CONF
from experiments.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from experiments.comparison import Choices, TunedRate


class Arguments(SweepArguments, Protocol):
    """The arguments of the command."""

    write: bool


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "tuned",
        summary="print the best learning rate of each network, activation, loss and optimizer",
        text=(
            "Print the learning rate with the best accuracy on the validation set for each "
            "network, activation, loss and optimizer of which several rates were run, with "
            "the other options at their defaults. With --write they become the defaults."
        ),
        examples={
            "The newest sweep": ["tuned"],
            "All runs; the rates become the defaults of conf/": ["tuned", "--all", "--write"],
        },
        parents=[outputs_parser(), store_parser(), sweep_parser()],
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="make these rates the defaults: write them to conf/learning_rates.yaml, those of other"
        " networks than the default one to conf/learning_rates/",
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Print the rates, and write them if asked. Raise UserError if nothing was tuned."""
    from experiments.terminal import stage

    with stage("Reading the runs"):
        from experiments.comparison import tuned_rates
        from experiments.results import runs

        source = runs_source(arguments)
        sweep = chosen_sweep(arguments, source)
        rates = tuned_rates(runs(source, sweep=sweep.id if sweep else None))
    if not rates:
        raise UserError(
            f"{source}: nothing was tuned: there are no runs with several learning rates, and else"
            " with the default options"
        )
    _print(rates)
    mention_other_runs(arguments, source, sweep)
    if arguments.write:
        for path in write(rates):
            sys.stdout.write(f"written: {path}\n")


def _print(rates: Mapping[Choices, TunedRate]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("network", "activation", "loss", "optimizer"):
        table.add_column(name, no_wrap=True)
    for name in ("rate", "validation", "rates", "seeds", "epochs"):
        table.add_column(name, justify="right")
    for choices, tuned in rates.items():
        numbers = (tuned.tried, tuned.seeds, tuned.epochs)
        accuracy = f"{tuned.accuracy:.2%}"
        table.add_row(*choices, f"{tuned.rate:g}", accuracy, *map(str, numbers))
    Console(highlight=False).print(table)


def write(rates: Mapping[Choices, TunedRate], conf: Path = CONF) -> list[Path]:
    """Write rates to the files of ``conf``, and return these."""
    from experiments.configuration import choices as chosen
    from experiments.configuration import compose, write_rates

    texts: dict[str, dict[tuple[str, str, str], str]] = {}
    for (architecture, *arm), tuned in rates.items():
        activation, loss, optimizer = arm
        text = f"{tuned.rate:g}  # {tuned.words}"
        texts.setdefault(architecture, {})[activation, loss, optimizer] = text
    base = chosen(compose().hydra)["architecture"]
    return write_rates(texts, base=base, conf=conf)
