"""`experiments compare`: print which arm of a group is better in each condition.

With two groups it prints the effects of both, and their interaction.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

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
from experiments.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from experiments.comparison import Comparison, Factorial
    from experiments.results import Scope, SweepSummary

MOST_GROUPS = 2

BESIDE = ("bayes", "superiority", "ranks")
"""The methods of `--beside`: `comparison.METHODS`, which takes long to import."""


class Arguments(SweepArguments, Protocol):
    """The arguments of the command."""

    groups: list[str]
    metric: str
    margin: float
    looks: int | None
    format: str | None
    beside: list[str]


def add_parser(commands: Commands) -> None:
    """Add the parser of the command."""
    parser = command_parser(
        commands,
        "compare",
        summary="print which arm is better: which loss, which optimizer, ...",
        text=(
            "Compare the arms of a group of conf/ in every condition, paired by seed. Each "
            "arm has the learning rate that is best on the validation set. The table says "
            "which arm is better, whether they tie, or why it is undecided, and the commands "
            "below it run the seeds that are missing. The verdicts of a table hold together, "
            "at any number of looks."
        ),
        examples={
            "Is cross-entropy better than the quadratic cost?": ["compare", "loss"],
            "Two factors: the effect of each, and their interaction": [
                "compare",
                "loss",
                "optimizer",
            ],
            "All runs instead of the newest sweep, as a table in Markdown": [
                "compare",
                "optimizer",
                "--all",
                "--format",
                "md",
            ],
        },
        parents=[outputs_parser(), store_parser(), sweep_parser()],
    )
    parser.add_argument(
        "groups",
        metavar="GROUP",
        nargs="+",
        help="the group of conf/ to compare (loss, optimizer, ...), or an option (loss.output); two"
        " of them: the effects of both, and their interaction",
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
        "--looks",
        type=int,
        choices=(1,),
        help="1: the number of seeds was planned, and this is the only look; without it the"
        " verdicts are valid at any number of looks, with longer intervals",
    )
    parser.add_argument(
        "--format", choices=("csv", "md", "tex"), help="write the table in this format"
    )
    parser.add_argument(
        "--beside",
        type=values.names(BESIDE),
        default=[],
        metavar="METHOD,...",
        help="print other analyses below the verdicts, which they never change: bayes (probability"
        " that an arm is better, or both are equivalent within the margin), superiority (P(A>B)"
        " with an interval, against 0.75), ranks (of the arms over 5 data sets or more)",
    )
    parser.set_defaults(run=run)


def run(arguments: Arguments) -> None:
    """Print the comparison for reading, or only its table in a format."""
    from experiments.comparison import missing_runs
    from experiments.results import Scope, runs

    _check(arguments)
    source = runs_source(arguments)
    sweep = chosen_sweep(arguments, source)
    frame = runs(source, sweep=sweep.id if sweep else None)
    scope = Scope.of(source, sweep.id if sweep else None)
    result = _answer(arguments, frame, scope)
    look = _look(arguments, scope, result)
    mention_other_runs(arguments, source, sweep)
    if missing := missing_runs(frame, sweep):
        sys.stderr.write(f"{missing}\n")
    _show(arguments, result, frame, sweep, look)


def _answer(arguments: Arguments, frame: pd.DataFrame, scope: Scope) -> Comparison | Factorial:
    """Return the comparison of one group, or the effects of two."""
    from experiments.comparison import compare, factorial

    family = _family(arguments, frame, scope)
    margin, one_look = arguments.margin / 100, arguments.looks == 1
    if len(arguments.groups) == 1:
        (group,) = arguments.groups
        return compare(
            frame,
            group,
            metric=arguments.metric,
            margin=margin,
            one_look=one_look,
            family=family,
            scope=scope,
        )
    first, second = arguments.groups
    return factorial(
        frame,
        first,
        second,
        metric=arguments.metric,
        margin=margin,
        one_look=one_look,
        family=family,
        scope=scope,
    )


def _show(
    arguments: Arguments,
    result: Comparison | Factorial,
    frame: pd.DataFrame,
    sweep: SweepSummary | None,
    look: int | None,
) -> None:
    from experiments.comparison import (
        FACTORIAL_FORMATS,
        FORMATS,
        Factorial,
        print_comparison,
        print_factorial,
    )

    if isinstance(result, Factorial):
        if arguments.format:
            sys.stdout.write(FACTORIAL_FORMATS[arguments.format](result))
        else:
            print_factorial(result, frame, sweep, look)
        return
    if arguments.format:
        sys.stdout.write(FORMATS[arguments.format](result))
    else:
        print_comparison(result, frame, sweep, look)
    _write_beside(arguments, result)


def _check(arguments: Arguments) -> None:
    """Raise UserError for arguments that do not fit together."""
    if len(arguments.groups) > MOST_GROUPS:
        given = " ".join(arguments.groups)
        raise UserError(f"{given}: at most two groups can be compared at a time")
    if arguments.beside and len(arguments.groups) > 1:
        raise UserError("--beside: these analyses are of one group; name one, or leave it out")
    if arguments.beside and arguments.format == "csv":
        raise UserError("--format csv: it has one table; leave out --beside, or write md or tex")


def _write_beside(arguments: Arguments, comparison: Comparison) -> None:
    """Print the analyses of `--beside`, or write them in a format."""
    from experiments.comparison import BESIDE_FORMATS, beside, print_beside

    analyses = beside(comparison, arguments.beside)
    if arguments.format:
        sys.stdout.writelines(BESIDE_FORMATS[arguments.format](each) for each in analyses)
    else:
        print_beside(analyses)


def _look(arguments: Arguments, scope: Scope, result: Comparison | Factorial) -> int | None:
    """Return the number of this look; None if the source is no outputs folder.

    It is None, too, if nothing can be written there, and stderr says so. Raise UserError if one
    look was planned, and this is not the first.
    """
    from experiments.comparison import count_look
    from experiments.results import is_outputs

    if scope.source is None or not is_outputs(scope.source):
        return None
    try:
        return count_look(
            Path(scope.source),
            _question(arguments),
            result.tuned["identity"],
            rows=result.family,
            one_look=result.one_look,
        )
    except OSError as error:
        sys.stderr.write(f"This look is not counted: {error.filename}: {error.strerror}\n")
        return None


def _family(arguments: Arguments, frame: pd.DataFrame, scope: Scope) -> int:
    """Return the most rows that an earlier answer about these runs had, or 1.

    A file that cannot be read has no earlier answers: `_look` says so.
    """
    from experiments.comparison import most_rows
    from experiments.results import is_outputs

    if scope.source is None or not is_outputs(scope.source):
        return 1
    try:
        return max(most_rows(Path(scope.source), _question(arguments), frame["identity"]), 1)
    except OSError:
        return 1


def _question(arguments: Arguments) -> str:
    """Return the question as it is recorded: the order of two groups does not matter."""
    return f"{' x '.join(sorted(arguments.groups))} {arguments.metric}"
