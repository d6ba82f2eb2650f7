"""The page of a replication in Markdown."""

from collections.abc import Mapping, Sequence

from experiments.configuration import Preset
from experiments.replicating.hypotheses import Hypothesis
from experiments.replicating.printing import method
from experiments.replicating.table import Row

NUMBERS = ("setting", "number", "published", "ours [a new run]", "our seeds", "verdict", "why")
SENTENCES = ("the text says", "verdict", "measured")


def page(
    rows: Sequence[Row],
    hypotheses: Mapping[str, Sequence[Hypothesis]],
    presets: Mapping[str, Preset],
) -> str:
    """Return the page: the method, and a section for each preset that has results."""
    names = dict.fromkeys([*(row.preset for row in rows), *hypotheses])
    sections = [
        _section(name, presets[name], [row for row in rows if row.preset == name], hypotheses)
        for name in sorted(names)
        if name in presets
    ]
    return "\n\n".join(["# Replication", method(rows), *sections]) + "\n"


def _section(
    name: str,
    preset: Preset,
    rows: Sequence[Row],
    hypotheses: Mapping[str, Sequence[Hypothesis]],
) -> str:
    parts = [f"## {name}", f"{preset.title}. Source: {preset.source}."]
    if rows:
        parts.append(_table(NUMBERS, [_number(row) for row in rows]))
    if sentences := hypotheses.get(name):
        cells = [[each.says, each.answer.value, each.reason] for each in sentences]
        parts.append(_table(SENTENCES, cells))
    return "\n\n".join(parts)


def _number(row: Row) -> list[str]:
    agreement, reason = row.judgement.agreement.value, row.judgement.reason
    return [row.setting, row.number.words, row.published, row.ours, row.range, agreement, reason]


def _table(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    return "\n".join(
        f"| {' | '.join(cells)} |" for cells in [columns, ["---"] * len(columns), *lines]
    )
