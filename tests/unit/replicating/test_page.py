"""The page of a replication."""

import measured

from experiments.configuration import Preset
from experiments.replicating.hypotheses import Answer, Hypothesis
from experiments.replicating.page import INTRODUCTION, Section, page
from experiments.replicating.table import table

PRESET = Preset.of({"title": "a title", "source": "a book", "numbers": [{"metric": "x"}]})
ROWS = table(measured.number(published=95.42))
SENTENCE = Hypothesis("it learns", Answer.UNDECIDED, "no runs")


def section(**parts: object) -> Section:
    made = {"rows": [], "hypotheses": [], "made": "5 seeds.", "figures": [], **parts}
    return Section(preset=PRESET, **made)  # type: ignore[arg-type]


def test_the_page_counts_the_verdicts_and_has_a_section_for_each_preset() -> None:
    written = page({"a": section(rows=ROWS), "b": section(made="")}, "figures")
    assert written.startswith(
        f"# Replication\n\n{INTRODUCTION}\n\nPublished numbers that agree: 1; "
    )
    assert "## a\n\na title. 5 seeds. Source: a book.\n\n| number | published |" in written
    assert written.endswith("## b\n\na title. Source: a book.\n")


def test_a_remark_about_the_text_stands_above_the_numbers() -> None:
    remarked = {"title": "t", "source": "s", "remark": "It is old.", "numbers": [{"metric": "x"}]}
    own = Section(Preset.of(remarked), ROWS, [], "", [])
    assert "t. Source: s.\n\nIt is old.\n\n| number |" in page({"a": own}, "figures")


def test_a_preset_of_sentences_has_no_table_of_numbers() -> None:
    written = page({"a": section(hypotheses=[SENTENCE])}, "figures")
    assert "| it learns | undecided | no runs |" in written
    assert "| number |" not in written


def test_a_column_without_a_text_is_left_out() -> None:
    unpublished = page({"a": section(rows=table(measured.number(setting="l2=1")))}, "figures")
    assert "\n| setting | number | ours [a new run] | our seeds | verdict |\n" in unpublished
    assert "\n| l2=1 | test/accuracy, last epoch | 95.20 [94.71, 95.69] | " in unpublished
    both = measured.numbers(measured.number(published=95.42), measured.number("b"))
    written = page({"a": section(rows=table(both))}, "figures")
    assert "| number | published | ours [a new run] | our seeds | differs outside |" in written
    assert "\n| b, last epoch |  | 95.20 [" in written


def test_figures_are_shown_where_they_belong() -> None:
    written = page({"a": section(rows=ROWS, figures=["differences", "a_curves"])}, "figures")
    overview, own = "(figures/differences.png)", "![a curves](figures/a_curves.png)"
    assert written.count(overview) == written.count(own) == 1
    assert written.index(overview) < written.index("## a") < written.index(own)


def test_presets_without_results_are_named() -> None:
    assert "Not measured yet: b, c.\n" in page({"a": section(rows=ROWS)}, "figures", ["b", "c"])
    assert "Not measured" not in page({"a": section(rows=ROWS)}, "figures")
