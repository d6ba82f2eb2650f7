"""The last chapters: the methods that apply, and the commands that make everything again."""

from collections.abc import Iterator, Sequence

from experiments.comparison import Comparison, selection_bias_sentence
from experiments.recording import Status
from experiments.report.answers import Answer
from experiments.report.blocks import (
    Block,
    Chapter,
    Commands,
    Paragraph,
    Sentence,
    Sentences,
    Table,
)
from experiments.report.subject import Subject
from experiments.results import VALIDATION, commands_if_known

MOST_FAILURES = 20
MOST_COMMANDS = 20


def methods(subject: Subject, answers: Sequence[Answer]) -> Chapter:
    """Return how the numbers of this report were made."""
    return Chapter("methods", "Methods", [Sentences(list(_methods(subject, answers)))])


def failures(subject: Subject) -> Chapter | None:
    """Return the runs that have not finished, with their messages; None if all have."""
    others = subject.runs[subject.runs["status"] != Status.FINISHED.value]
    if others.empty:
        return None
    rows = [
        [str(row["name"]), str(row["status"]), str(row["epochs_done"]), str(row["message"])]
        for row in others.head(MOST_FAILURES).to_dict("records")
    ]
    blocks: list[Block] = [
        Table("Runs without a result", ["run", "status", "epochs", "why"], rows, wraps=True)
    ]
    if len(others) > MOST_FAILURES:
        blocks.append(Paragraph(f"These are the first {MOST_FAILURES} of {len(others):,}."))
    return Chapter("failures", "Runs that did not finish", blocks)


def reproduction(subject: Subject, answers: Sequence[Answer]) -> Chapter:
    """Return the commands that make the runs, the verdicts and this report again."""
    return Chapter("commands", "Make it again", list(_commands(subject, answers)))


def _methods(subject: Subject, answers: Sequence[Answer]) -> Iterator[Sentence]:
    compared = [each.comparison for each in answers if each.comparison]
    split = subject.metric.partition("/")[0]
    yield Sentence("Accuracy", f"the share of right answers on the {split} set, {_epoch(subject)}.")
    if subject.metric == VALIDATION and len(subject.finished):
        yield Sentence("Test set", "it is closed in most runs, so the validation set decides.")
    if subject.several_rates:
        yield Sentence(
            "Tuning", "where an arm was run at several learning rates, the validation set chose."
        )
    if compared:
        yield from _about_verdicts(compared)
    if compared and split == "test" and subject.runs["epochs_done"].max() > 1:
        yield Sentence("Best epoch", selection_bias_sentence(compared[0].selection_bias))


def _epoch(subject: Subject) -> str:
    return (
        "after the last epoch" if subject.runs["epochs_done"].max() > 1 else "after the only epoch"
    )


def _about_verdicts(compared: Sequence[Comparison]) -> Iterator[Sentence]:
    margin = 100 * compared[0].margin
    yield Sentence(
        "Pairs",
        "runs of two arms with the same seed are compared; the seed decides the initial weights and"
        " the order of the images. Within a condition the runs differ in the arm, its learning rate"
        " and the seed only.",
    )
    yield Sentence(
        "Verdicts",
        "an arm is better if the interval of the mean difference does not contain zero; two arms"
        f" tie if it lies within {margin:g} percentage points of zero; everything else is"
        " undecided. If a run failed, the rates of failure decide instead.",
    )
    yield Sentence(
        "Intervals",
        "all intervals and verdicts about a group hold together with a probability of 95 %, at any"
        " number of looks, so that seeds may be added until they decide. The intervals of the table"
        " of arms are Student's, each about one mean alone; they do not decide.",
    )


def _commands(subject: Subject, answers: Sequence[Answer]) -> Iterator[Block]:
    runs = subject.runs
    lines, _ = commands_if_known(runs)
    if subject.sweep:
        yield Commands("The command of the sweep:", [subject.sweep.command])
    if lines and (not subject.sweep or lines != [subject.sweep.command]):
        yield Commands(_all_runs(lines), lines[:MOST_COMMANDS])
    sweep = ["--sweep", subject.sweep.id] if subject.sweep else ["--all"]
    scope = subject.scope
    metric = ["--metric", VALIDATION] if subject.metric == VALIDATION else []
    compared = [scope.command("compare", each.group, *sweep, *metric) for each in answers]
    if compared:
        yield Commands("The verdicts in the terminal:", compared)
    yield Commands("This report:", [scope.command("report", *sweep)])


def _all_runs(lines: Sequence[str]) -> str:
    if len(lines) > MOST_COMMANDS:
        return f"The first {MOST_COMMANDS} of {len(lines)} commands that make these runs:"
    return "The same runs, written out:"
