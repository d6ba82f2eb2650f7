"""The page of a replication."""

import measured

from experiments.configuration import Preset
from experiments.replicating.hypotheses import Answer, Hypothesis
from experiments.replicating.page import page
from experiments.replicating.table import table

PRESET = Preset.of({"title": "a title", "source": "a book", "numbers": [{"metric": "x"}]})


def test_every_preset_has_a_section_with_its_source() -> None:
    rows = table(measured.numbers(measured.number(preset="b"), measured.number(preset="a")))
    written = page(rows, {}, {"a": PRESET, "b": PRESET})
    assert written.startswith("# Replication\n\nIn brackets: ")
    assert written.index("## a\n\na title. Source: a book.") < written.index("## b\n\na title.")


def test_a_preset_of_sentences_has_no_table_of_numbers() -> None:
    sentence = Hypothesis("it learns", Answer.UNDECIDED, "no runs")
    written = page([], {"a": [sentence]}, {"a": PRESET})
    assert "| it learns | undecided | no runs |" in written
    assert "| setting |" not in written


def test_a_preset_that_has_been_taken_away_has_no_section() -> None:
    assert "## a" not in page(table(measured.number(preset="a")), {}, {})
