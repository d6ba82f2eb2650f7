"""`experiments compare`: print which arm of a group is better in each condition.

With two groups it prints the effects of both, and their interaction.
"""

from __future__ import annotations

import sys
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
from experiments.cli.looks import count_look_at
from experiments.cli.of_study import (
    check_has_ended,
    naming_studies,
    seeds_sentence,
)
from experiments.errors import UserError
from experiments.recording import MARGIN, METRICS, Question

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
    metric: str | None
    margin: float | None
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
        "--metric", help=f"the metric to compare (default: that of the study, or {METRICS[0]})"
    )
    parser.add_argument(
        "--margin",
        type=values.percentage_points,
        metavar="POINTS",
        help="the equivalence margin: two arms tie if the difference is smaller than this number"
        f" of percentage points (default: that of the study, or {100 * MARGIN:g})",
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
    from experiments.terminal import stage

    with stage("Reading the runs"):
        from experiments.comparison import missing_runs, runs_to_compare
        from experiments.results import Scope, runs

        _check(arguments)
        source = runs_source(arguments)
        sweep = chosen_sweep(arguments, source)
        frame = runs(source, sweep=sweep.id if sweep else None)
    study = sweep.study if sweep else None
    question = Question.of(
        arguments.groups,
        study,
        metric=arguments.metric,
        margin=arguments.margin,
        one_look=arguments.looks == 1,
    )
    scope = Scope.of(source, sweep.id if sweep else None)
    check_has_ended(frame, question.metric, sweep)
    compared = runs_to_compare(frame, question.groups, study)
    with (
        naming_studies(source, question.groups, scope, all_runs=arguments.all) as studies,
        stage("Comparing the arms"),
    ):
        result = _answer(question, compared, scope)
    look = count_look_at(question, scope, result)
    mention_other_runs(arguments, source, sweep)
    for sentence in studies:
        sys.stderr.write(f"{sentence[0].upper()}{sentence[1:]}\n")
    if missing := missing_runs(frame, sweep):
        sys.stderr.write(f"{missing}\n")
    of_study = study is not None and (compared is not frame or [study.compared] == question.groups)
    own_seeds = seeds_sentence(sweep) if sweep and of_study else ""
    _show(arguments, result, frame, sweep, look, own_seeds=own_seeds)


def _answer(question: Question, frame: pd.DataFrame, scope: Scope) -> Comparison | Factorial:
    """Return the comparison of one group, or the effects of two."""
    from experiments.comparison import compare_one, compare_two

    ask = compare_one if len(question.groups) == 1 else compare_two
    return ask(question, frame, scope)


def _show(
    arguments: Arguments,
    result: Comparison | Factorial,
    frame: pd.DataFrame,
    sweep: SweepSummary | None,
    look: int | None,
    *,
    own_seeds: str,
) -> None:
    """Print the result; instead of advice say ``own_seeds`` if a study chooses its seeds."""
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
            print_factorial(result, frame, sweep, look, advice=not own_seeds)
            _write_own_seeds(own_seeds)
        return
    if arguments.format:
        sys.stdout.write(FORMATS[arguments.format](result))
    else:
        print_comparison(result, frame, sweep, look, advice=not own_seeds)
        _write_own_seeds(own_seeds)
    _write_beside(arguments, result)


def _write_own_seeds(sentence: str) -> None:
    if sentence:
        sys.stdout.write(f"{sentence}\n")


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
