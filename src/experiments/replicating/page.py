"""The page of a replication in Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.configuration import Preset
from experiments.replicating.hypotheses import Hypothesis
from experiments.replicating.printing import counts, method
from experiments.replicating.table import Row

NUMBERS = (
    *("setting", "number", "published", "ours [a new run]"),
    *("our seeds", "differs outside", "verdict", "why"),
)
SENTENCES = ("hypothesis", "verdict", "measured")
INTRODUCTION = (
    "Published numbers beside ours. Each section is a preset of conf/replicate; it names"
    " the text, and `experiments replicate` did its runs and wrote this page."
)
OVERVIEW = "differences"
"""The figure of all presets."""


@dataclass(frozen=True)
class Section:
    """The results of a preset: its numbers, the verdicts about its sentences, its figures.

    ``made`` says on how many seeds and with which options its runs were done. Figures are names of
    PNG files without their ending.
    """

    preset: Preset
    rows: Sequence[Row]
    hypotheses: Sequence[Hypothesis]
    made: str
    figures: Sequence[str]


def page(sections: Mapping[str, Section], figures: str, missing: Sequence[str] = ()) -> str:
    """Return the page; ``figures`` is the folder of the figures, from the page.

    ``missing`` are the names of presets that have no results yet. The page has the counts of the
    verdicts, the method, and a section for each preset by its name.
    """
    rows = [row for section in sections.values() for row in section.rows]
    head = ["# Replication", INTRODUCTION, counts(rows), method(rows)]
    if any(OVERVIEW in section.figures for section in sections.values()):
        head.append(f"![Published numbers minus ours]({figures}/{OVERVIEW}.png)")
    if missing:
        head.append(f"Not measured yet: {', '.join(missing)}.")
    texts = [_section(name, each, figures) for name, each in sections.items()]
    return "\n\n".join([*head, *texts]) + "\n"


def _section(name: str, section: Section, figures: str) -> str:
    preset = section.preset
    parts = [
        f"## {name}",
        " ".join(f"{preset.title}. {section.made} Source: {preset.source}.".split()),
    ]
    if preset.remark:
        parts.append(preset.remark)
    if section.rows:
        parts.append(_table(*_without_empty(NUMBERS, [_number(row) for row in section.rows])))
    if section.hypotheses:
        cells = [[each.says, each.answer.value, each.reason] for each in section.hypotheses]
        parts.append(_table(SENTENCES, cells))
    parts += [
        f"![{figure.replace('_', ' ')}]({figures}/{figure}.png)"
        for figure in section.figures
        if figure != OVERVIEW
    ]
    return "\n\n".join(parts)


def _number(row: Row) -> list[str]:
    agreement, reason = row.judgement.agreement.value, row.judgement.reason
    words = [row.setting, row.number.words, row.published, row.ours, row.range]
    return [*words, row.differs_outside, agreement, reason]


def _without_empty(
    columns: Sequence[str], lines: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]]]:
    """Return the columns that have a text in any line, and their texts: a page is not wide."""
    filled = [number for number in range(len(columns)) if any(line[number] for line in lines)]
    return [columns[each] for each in filled], [[line[each] for each in filled] for line in lines]


def _table(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(
        f"| {' | '.join(cells)} |" for cells in [columns, ["---"] * len(columns), *lines]
    )
