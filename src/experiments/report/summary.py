"""The box at the beginning: the verdicts, the table of arms, one figure, and what was run."""

from collections.abc import Iterator, Sequence

from experiments.charts import Key, verdict_figure
from experiments.comparison import ARM, CONDITION
from experiments.recording import Status
from experiments.report.answers import Answer, seeds_for_verdicts
from experiments.report.arms_table import arms_table, crossed_arms
from experiments.report.blocks import (
    Block,
    Chapter,
    Chart,
    Commands,
    Paragraph,
    Sentence,
    Sentences,
)
from experiments.report.facts import facts, problems
from experiments.report.origin import origin
from experiments.report.subject import Subject
from experiments.report.verdicts import needs_seeds, sentences, why_none
from experiments.report.words import count, listed, percent

MOST_ROWS = 8
"""Rows of the figure; the chapters have the others."""
MOST_SENTENCES = 8


def summary(subject: Subject, answers: Sequence[Answer], drawn: Sequence[Key]) -> Chapter:
    """Return the box that answers the question of the runs."""
    groups = [each.group for each in answers]
    compared = [each.comparison for each in answers if each.comparison]
    arms = crossed_arms(subject, groups)
    blocks = [
        *_verdicts(subject, answers),
        *_nothing_compared(subject, groups),
        arms_table(arms, compared, single=not groups),
        *_verdict_figure(answers, drawn),
        *_to_decide(subject, answers),
        *(Paragraph(each, note=True) for each in problems(subject)),
        facts(subject, origin(subject)),
    ]
    return Chapter("answer", "The answer", blocks)


def _verdicts(subject: Subject, answers: Sequence[Answer]) -> Iterator[Block]:
    """Yield the verdicts of each group, or why it has none."""
    if subject.seeds == 1 and answers:
        yield Paragraph(_without_seeds(subject, [each.group for each in answers]), note=True)
        return
    for each in answers:
        if each.comparison is None:
            yield Sentences([Sentence("", why_none(each))], each.group)
            continue
        found = sentences(each.comparison)
        yield Sentences(found[:MOST_SENTENCES], each.group)
        if len(found) > MOST_SENTENCES:
            more = len(found) - MOST_SENTENCES
            yield Paragraph(f"The chapter on {each.group} has {count(more, 'more verdict')}.")


def _without_seeds(subject: Subject, groups: Sequence[str]) -> str:
    """Return that one seed gives no verdict, and which arm is ahead."""
    words = "There is one seed, so there are numbers without a verdict."
    finished = crossed_arms(subject, groups)
    finished = finished[finished["status"] == Status.FINISHED.value]
    ahead = [
        f"{part.loc[part[subject.metric].idxmax(), ARM]} with"
        f" {percent(float(part[subject.metric].max()))} ({condition})"
        for condition, part in finished.groupby(CONDITION, observed=True)
        if part[subject.metric].notna().any() and part[ARM].nunique() > 1
    ]
    split = subject.metric.partition("/")[0]
    return (
        f"{words} Highest {split} accuracy: {listed(ahead)}; this may be chance."
        if ahead
        else words
    )


def _nothing_compared(subject: Subject, groups: Sequence[str]) -> Iterator[Block]:
    """Yield that there is nothing to compare, if there is not."""
    if groups:
        return
    n = len(subject.runs)
    if n == 1:
        yield Paragraph("This is one run, so there is nothing to compare.")
    elif subject.rates_vary:
        yield Paragraph(f"The {n:,} runs differ in learning rate or seed only: one arm.")
    else:
        yield Paragraph(f"The {n:,} runs do not differ in what can be compared: one arm.")


def _verdict_figure(answers: Sequence[Answer], drawn: Sequence[Key]) -> Iterator[Block]:
    rows = [
        (each.comparison, row)
        for each in answers
        if each.comparison
        for row in each.comparison.rows
    ]
    if rows:
        left_out = max(len(rows) - MOST_ROWS, 0)
        yield Chart(verdict_figure(rows[:MOST_ROWS], drawn, left_out=left_out))


def _to_decide(subject: Subject, answers: Sequence[Answer]) -> Iterator[Block]:
    """Yield the commands that would give verdicts."""
    needed = seeds_for_verdicts(subject, [each.group for each in answers])
    if needed:
        words = f"A verdict needs {needed.seeds} seeds or more. This runs them:"
        yield Commands(words, needed.commands)
        return
    undecided = [each for each in answers if each.comparison and needs_seeds(each.comparison)]
    if undecided:
        groups = listed([each.group for each in undecided])
        yield Paragraph(f"Undecided for now in {groups}: the chapters have the commands to run.")
