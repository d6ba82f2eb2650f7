"""`experiments compare`: print which arm of a group is better in each condition."""

import sys
from typing import Protocol

from experiments.cli import values
from experiments.cli.arguments import (
    Commands,
    SweepArguments,
    chosen_sweep,
    outputs_parser,
    runs_source,
    store_parser,
    sweep_parser,
)


class Arguments(SweepArguments, Protocol):
    """The arguments of the command."""

    group: str
    metric: str
    margin: float
    format: str | None


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser(
        "compare",
        parents=[outputs_parser(), store_parser(), sweep_parser()],
        help="print which arm is better: which loss, which optimizer, ...",
    )
    parser.add_argument(
        "group", metavar="GROUP", help="the group of conf/ to compare: loss, optimizer, ..."
    )
    parser.add_argument(
        "--metric", default="test/accuracy", help="the metric to compare (default: %(default)s)"
    )
    parser.add_argument(
        "--margin",
        type=values.percentage_points,
        default=0.1,
        metavar="POINTS",
        help="the equivalence margin: two arms tie if the difference is smaller than this number"
        " of percentage points (default: %(default)s)",
    )
    parser.add_argument(
        "--format", choices=("csv", "md", "tex"), help="write the table in this format"
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Print the comparison for reading, or only its table in a format."""
    from experiments.comparison import FORMATS, compare, missing_runs, print_comparison
    from experiments.results import Scope, runs

    source = runs_source(arguments)
    sweep = chosen_sweep(arguments, source)
    frame = runs(source, sweep=sweep.id if sweep else None)
    if missing := missing_runs(frame, sweep):
        sys.stderr.write(f"{missing}\n")
    comparison = compare(
        frame,
        arguments.group,
        metric=arguments.metric,
        margin=arguments.margin / 100,
        scope=Scope.of(source, sweep.id if sweep else None),
    )
    if arguments.format:
        sys.stdout.write(FORMATS[arguments.format](comparison))
    else:
        print_comparison(comparison, frame, sweep)
