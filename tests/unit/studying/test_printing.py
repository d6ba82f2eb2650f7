"""The terminal's view of a study."""

import io
from dataclasses import replace

import pytest
from rich.console import Console
from synthetic_study import AXIS, PRICE, World, better, budget, conducted, confirmed, peak, study

from experiments.results import RATE
from experiments.studying import Study, Terminal
from experiments.studying.printing import edge_sentences, point_words, tuned_rows

BLOCKS = {"architecture": ["784-30-10"]}
MADE = study(blocks=BLOCKS)


def printed(made: Study, world: World) -> list[str]:
    """Return the lines that are printed while a study is conducted."""
    console = Console(file=io.StringIO(), width=100, highlight=False)
    conducted(made, world, Terminal(made, console))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The lines about a study in which cross-entropy is better by one point."""
    return printed(MADE, World(better("ce", by=0.01), spread=0.0005))


def test_each_round_of_tuning_is_a_line_with_its_cost_and_the_best_arm(lines: list[str]) -> None:
    tuning = [line for line in lines if line.startswith("Tuning: ")]
    budget = 2 * 7 * PRICE
    assert tuning[0].startswith(
        f"Tuning: 6 points tried, {6 * PRICE} of {budget} epochs; best so far"
        " 784-30-10 ce at learning_rate=0.1 (9"
    )
    assert tuning[-1].startswith(f"Tuning: 14 points tried, {budget} of {budget} epochs; ")


def test_the_tuned_values_are_a_table(lines: list[str]) -> None:
    header = next(n for n, line in enumerate(lines) if line.startswith("block"))
    assert lines[header].split() == [
        "block",
        "arm",
        "learning_rate",
        "validation",
        "points",
        "epochs",
    ]
    rows = [line.split() for line in lines[header + 1 : header + 3]]
    assert [row[:2] for row in rows] == [["784-30-10", "mse"], ["784-30-10", "ce"]]
    assert [row[4:] for row in rows] == [["7", f"{7 * PRICE}/{7 * PRICE}"]] * 2


def test_each_round_of_confirmation_says_what_is_decided(lines: list[str]) -> None:
    assert lines[-2] == (
        "Confirmation, round 1: 1 of 1 comparison decided on validation, with up to 5 seeds"
    )
    assert lines[-1].startswith("  784-30-10")
    assert lines[-1].endswith(": ce softmax better")


def test_an_arm_at_the_edge_of_the_budget_is_named() -> None:
    made = study(budgets=budget(tuning_epochs=3 * PRICE))
    world = World(lambda job: peak(job, at=100 if "loss=ce" in job.words else 0.1), spread=0)
    outcome = conducted(made, world)
    (sentence,) = edge_sentences(made, outcome.searches)
    assert sentence.startswith("ce: the best learning_rate, 1, lies at the edge of the values")
    assert sentence in printed(made, world)


def test_a_study_without_blocks_has_the_block_all() -> None:
    outcome = conducted(study(), World(better("ce", by=0.02)))
    assert [row[:2] for row in tuned_rows(outcome.searches)] == [["all", "mse"], ["all", "ce"]]


def test_a_point_is_named_by_the_last_part_of_each_option() -> None:
    made = study(tune={RATE: AXIS, "l2": AXIS})
    assert point_words(made, (0.1, 0.0005)) == "learning_rate=0.1 l2=0.0005"


@pytest.mark.parametrize(("by", "undecided"), [(0.01, False), (0.0, True)])
def test_an_undecided_study_says_how_it_goes_on(by: float, undecided: bool) -> None:
    made = study(blocks=BLOCKS, budgets=budget(most_seeds=6))
    console = Console(file=io.StringIO(), width=100, highlight=False)
    outcome = conducted(made, World(better("ce", by=by), spread=0.002))
    Terminal(made, console).undecided(confirmed(outcome))
    assert isinstance(console.file, io.StringIO)
    expected = (
        "1 of 1 comparison is undecided. A larger study.budgets.small.most_seeds (now 6)"
        " continues the study, and opens the test set once more.\n"
    )
    assert console.file.getvalue() == expected * undecided


def test_a_study_that_is_undecided_on_the_test_set_alone_asks_for_no_more_seeds() -> None:
    made = study(blocks=BLOCKS, budgets=budget(most_seeds=6))
    decided = confirmed(conducted(made, World(better("ce", by=0.01), spread=0.002)))
    open_question = confirmed(conducted(made, World(better("ce", by=0.0), spread=0.002)))
    console = Console(file=io.StringIO(), width=100, highlight=False)
    Terminal(made, console).undecided(replace(open_question, rounds=decided.rounds))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == (
        "1 of 1 comparison is undecided. The study asks for no more seeds: on the validation set"
        " each comparison is decided, or no number of seeds would decide it.\n"
    )


def test_a_number_has_the_name_of_its_option_in_the_table_of_tuned_values() -> None:
    made = study(arms={"l2": [0, 10]}, blocks={"dtype": ["float32"], "batch_size": [5]})
    outcome = conducted(made, World(peak))
    assert [row[:2] for row in tuned_rows(outcome.searches)] == [
        ["float32 batch_size=5", "l2=0"],
        ["float32 batch_size=5", "l2=10"],
    ]


@pytest.mark.parametrize(("limit", "words"), [({"at_most": 2}, " (at_most: 2)"), ({}, "")])
def test_a_best_value_at_a_limit_is_named(limit: dict[str, float], words: str) -> None:
    axis = {"low": 0, "high": 2, "points": 3, "scale": "linear", **limit}
    made = study(tune={"l2": axis}, budgets=budget(tuning_epochs=20 * PRICE))
    sign = 1 if limit else -1
    outcome = conducted(made, World(lambda job: 0.9 + sign * 0.01 * job.point[0]))
    value, where = ("2", "above") if limit else ("0", "below")
    assert edge_sentences(made, outcome.searches)[0] == (
        f"mse: the best l2, {value}, lies at its limit; the study tries no l2 {where} it{words}"
    )
