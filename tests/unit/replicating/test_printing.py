"""The table of a replication on the terminal."""

import measured
from rich.console import Console

from experiments.configuration import Preset
from experiments.replicating.hypotheses import Answer, Hypothesis
from experiments.replicating.printing import (
    counts,
    method,
    print_hypotheses,
    print_summary,
    print_table,
)
from experiments.replicating.table import Row, table

PRESET = Preset.of({"title": "a title", "source": "a book", "numbers": [{"metric": "x"}]})


def rows() -> list[Row]:
    return table(
        measured.numbers(
            measured.number(published=95.42, setting="l2=1", take="best"),
            measured.number("test_curve/cost", published=98.0, setting="l2=2"),
            measured.number("train/accuracy", setting="l2=2"),
        )
    )


def printed() -> list[str]:
    console = Console(width=80, record=True, file=None, quiet=False)
    with console.capture() as capture:
        print_table(rows(), {"p": PRESET}, console)
        print_summary(rows(), console)
    return capture.get().splitlines()


def test_each_number_is_a_line_of_80_columns_under_its_setting() -> None:
    lines = printed()
    assert lines[:8] == [
        "p: a title",
        "  l2=1",
        "  test/accuracy, best epoch         95.42  95.20 [94.71, 95.69]   agrees",
        "  l2=2",
        "  test_curve/cost, last epoch       98.00  95.20 [94.71, 95.69]   differs",
        "    above the interval of all numbers together",
        "  train/accuracy, last epoch               95.20 [94.71, 95.69]   no number published",
        "Published numbers that agree: 1; that differ: 1; of which it cannot be told: 0.",
    ]
    assert max(map(len, lines[7:])) <= 80
    assert "right for all 2 compared" in " ".join(lines[8:])


def test_sentences_have_their_verdicts() -> None:
    console = Console(width=80)
    with console.capture() as capture:
        print_hypotheses("p", [Hypothesis("it learns", Answer.HOLDS, "by 2 points")], console)
        print_hypotheses("q", [], console)
    assert capture.get().splitlines() == ["p: hypotheses", "  it learns: holds", "    by 2 points"]


def test_agreements_about_open_texts_are_counted_apart() -> None:
    frame = measured.numbers(
        measured.number(published=95.42), measured.number("b", published=95.42, open="the rate")
    )
    assert counts(table(frame)).startswith(
        "Published numbers that agree: 2 (1 of them about texts that leave something open); "
    )


def test_without_random_numbers_no_interval_is_explained() -> None:
    output = measured.number("output", published=0.82, values=(0.817,), seeds=False)
    assert method(table(output)) == "No published number of these depends on a seed."


def test_the_counts_name_open_texts_and_other_set_ups() -> None:
    rows = table(
        measured.numbers(
            measured.number(published=95.2, open="no batch size"),
            measured.number("b", published=99.0, open="no batch size"),
            measured.number("c", published=95.2, overrides="epochs=1"),
        )
    )
    about = "(1 of them about texts that leave something open)"
    assert counts(rows) == (
        f"Published numbers that agree: 1 {about}; that differ: 1 {about};"
        " of which it cannot be told: 0; with another set-up: 1."
    )
    (other,) = (row for row in rows if row.number.metric == "c")
    assert method([other]) == "No published number is compared, because the set-up is another one."
