"""A chapter about one thing that was swept: its verdicts, and how its arms learned."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from experiments.charts import (
    Figure,
    Key,
    accuracy_by_seconds,
    accuracy_curves,
    cost_curves,
    final_accuracies,
    performance_profile,
    verdict_figure,
    win_matrices,
)
from experiments.comparison import ARM, CONDITION, named, superiority
from experiments.report.answers import Answer
from experiments.report.blocks import Block, Chapter, Chart, Paragraph, Sentences
from experiments.report.subject import Subject
from experiments.report.swept import NETWORK
from experiments.report.verdicts import remarks, sentences, verdict_table, without_verdict

MOST_PANELS = 12
"""Conditions of a figure; the tables have the others."""
FEWEST_FOR_MATRIX = 3
"""Two arms have one number, which the table has."""


def chapter(subject: Subject, answer: Answer, drawn: Sequence[Key]) -> Chapter:
    """Return the chapter about the arms of a group. ``drawn`` are at least its arms."""
    tuned = named(subject.tuned, answer.group)
    arms = set(tuned[ARM])
    own = [key for key in drawn if key.arm in arms]
    name = answer.group.replace(".", "-").replace("_", "-")
    blocks = [
        *_verdicts(answer, own),
        *_conditions_left_out(tuned),
        *(_chart(each, name) for each in figures(subject, answer.group, own) if each),
    ]
    return Chapter(name, answer.group.replace("_", " "), blocks)


def figures(subject: Subject, group: str, drawn: Sequence[Key]) -> Iterator[Figure | None]:
    """Yield the figures about the arms of a group, and None for what the runs cannot show."""
    tuned = named(subject.tuned, group)
    history = learned(subject, group)
    yield final_accuracies(shown(tuned), subject.metric, drawn)
    yield accuracy_curves(shown(history), drawn)
    yield cost_curves(shown(history), drawn)
    if len(history) and history["epoch"].max() > 1:
        yield accuracy_by_seconds(shown(history), drawn)
    if tuned[ARM].nunique() >= FEWEST_FOR_MATRIX and subject.seeds > 1:
        yield win_matrices(_matrices(subject, shown(tuned), group))
    if group != NETWORK and tuned[NETWORK].nunique() > 1:
        yield performance_profile(tuned, subject.metric, drawn)


def learned(subject: Subject, group: str) -> pd.DataFrame:
    """Return the history of the tuned runs, with the arms of a group."""
    history = subject.history
    history = history[history["identity"].isin(subject.tuned["identity"])]
    names = named(subject.tuned, group)[["identity", ARM, CONDITION]]
    return history.merge(names, on="identity")


def _verdicts(answer: Answer, drawn: Sequence[Key]) -> Iterator[Block]:
    compared = answer.comparison
    if compared is None:
        yield from without_verdict(answer)
        return
    yield Sentences(sentences(compared))
    yield verdict_table(compared)
    rows = [(compared, row) for row in compared.rows]
    yield _chart(verdict_figure(rows[:MOST_PANELS], drawn), answer.group)
    yield from remarks(compared)


def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the conditions that a figure has room for."""
    conditions = sorted(frame[CONDITION].unique())[:MOST_PANELS]
    return frame[frame[CONDITION].isin(conditions)]


def _matrices(subject: Subject, tuned: pd.DataFrame, group: str) -> dict[str, pd.DataFrame]:
    """Return the shares of wins in each condition with three arms or more."""
    return {
        str(condition): superiority(part, [group], metric=subject.metric)
        for condition, part in tuned.groupby(CONDITION, observed=True)
        if part[ARM].nunique() >= FEWEST_FOR_MATRIX
    }


def _chart(figure: Figure, chapter: str) -> Chart:
    return Chart(replace(figure, name=f"{chapter.replace('.', '-')}-{figure.name}"))


def _conditions_left_out(tuned: pd.DataFrame) -> Iterator[Block]:
    """Yield that figures do not show all conditions, if they do not."""
    n = tuned[CONDITION].nunique()
    if n > MOST_PANELS:
        yield Paragraph(f"The figures show the first {MOST_PANELS} of {n} conditions.")
