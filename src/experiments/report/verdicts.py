"""Verdicts of a comparison as blocks: sentences, a table, and what is missing or uncertain."""

from collections.abc import Iterator

from experiments.comparison import Comparison, readable_table, verdict_sentences
from experiments.configuration import run_command
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
    if needs_seeds(comparison):
        here = comparison.tuned[OUTPUTS].notna().all()
        known = "Runs that exist are not repeated" if here else "The exported runs are done again"
        yield Commands(
            f"These commands add the seeds that are recommended. {known}.", comparison.commands
        )


def needs_seeds(comparison: Comparison) -> bool:
    """Return whether more seeds are recommended for some row."""
    return any(row.more_seeds for row in comparison.rows)


def without_verdict(reason: str) -> Iterator[Block]:
    """Yield why there is no verdict, and the commands that the reason ends with."""
    words, lines = _split(reason)
    yield Paragraph(f"No verdict: {words}.", note=True)
    if lines:
        yield Commands("These commands make the runs for one:", lines)


def why_none(reason: str) -> str:
    """Return why there is no verdict, without commands."""
    return f"No verdict: {_split(reason)[0]}."


def _split(reason: str) -> tuple[str, list[str]]:
    """Return a reason without the commands at its end, and these commands."""
    words, start, others = reason.partition(run_command([], multirun=False))
    if not start:
        return words, []
    commands = (start + others).partition(", then compare")[0]
    return words.rpartition("; ")[0] or words, commands.split(" && ")


def _sentence(line: str) -> Sentence:
    """Return an item of a list in Markdown, whose topic is bold."""
    topic, _, text = line.removeprefix("- **").partition("**: ")
    return Sentence(topic, text)
