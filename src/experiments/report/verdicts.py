"""Verdicts of a comparison as blocks: sentences, a table, and what is missing or uncertain."""

from collections.abc import Iterator

from experiments.comparison import Comparison, readable_table, verdict_sentences
from experiments.report.answers import Answer
from experiments.report.blocks import Block, Commands, Paragraph, Sentence, Sentences, Table
from experiments.results import OUTPUTS


def sentences(comparison: Comparison) -> list[Sentence]:
    """Return a sentence for each pair of arms, with its condition as the topic."""
    lines = verdict_sentences(comparison).splitlines()[: len(comparison.rows)]
    return [_sentence(line) for line in lines]


def verdict_table(comparison: Comparison) -> Table:
    """Return the table of a comparison."""
    words = readable_table(comparison).astype(str)
    wanted = ["condition", "A", "B", "seeds", "mean A", "mean B", "A - B", "p", "verdict"]
    if any(row.failed for row in comparison.rows):
        wanted.insert(-1, "failed")
    shown = words[wanted].rename(columns={"A - B": "A - B (points)", "p": "p (adjusted)"})
    return Table(
        "Each pair of arms, at the learning rate after the sign @, paired by seed",
        list(shown.columns),
        [[str(cell) for cell in row] for row in shown.itertuples(index=False)],
    )


def remarks(comparison: Comparison) -> Iterator[Block]:
    """Yield what is unequal or missing, and the commands that decide what is undecided."""
    notes = [*comparison.unequal_tuning, *comparison.incomplete]
    if notes:
        yield Sentences([Sentence("", note) for note in notes])
    if comparison.no_commands:
        yield Paragraph(comparison.no_commands)
    elif needs_seeds(comparison):
        here = comparison.tuned[OUTPUTS].notna().all()
        known = "Runs that exist are not repeated" if here else "The exported runs are done again"
        yield Commands(
            f"These commands add the seeds that are recommended. {known}.", comparison.commands
        )


def needs_seeds(comparison: Comparison) -> bool:
    """Return whether more seeds are recommended for some row."""
    return any(row.more_seeds for row in comparison.rows)


def without_verdict(answer: Answer) -> Iterator[Block]:
    """Yield why there is no verdict, and the commands that make the runs for one."""
    yield Paragraph(why_none(answer), note=True)
    if answer.commands:
        yield Commands("These commands make the runs for one:", answer.commands)


def why_none(answer: Answer) -> str:
    """Return why there is no verdict."""
    return f"No verdict: {answer.reason}."


def _sentence(line: str) -> Sentence:
    """Return an item of a list in Markdown, whose topic is bold."""
    topic, _, text = line.removeprefix("- **").partition("**: ")
    return Sentence(topic, text)
