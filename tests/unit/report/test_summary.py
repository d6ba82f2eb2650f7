"""The box with the answer."""

from frames import Runs, arm, diverged, run
from subjects import subject

from experiments.charts import keys
from experiments.report.answers import answer
from experiments.report.blocks import Block, Chart, Commands, Paragraph, Sentences, Table
from experiments.report.summary import summary
from experiments.report.swept import swept


def blocks(rows: Runs) -> list[Block]:
    about = subject(rows)
    answers = [answer(about, group) for group in swept(about.runs)]
    return list(summary(about, answers, keys(["ce softmax", "mse sigmoid"])).blocks)


def texts(found: list[Block]) -> str:
    return " ".join(each.text for each in found if isinstance(each, Paragraph | Commands))


def test_verdicts_come_first_then_the_table_and_the_figure() -> None:
    first, *others = blocks(arm("loss=ce", at=0.95) + arm("loss=mse"))
    assert isinstance(first, Sentences)
    assert first.title == "loss"
    assert [type(each) for each in others] == [Table, Chart, Table]


def test_one_seed_gives_numbers_and_the_command_for_a_verdict() -> None:
    found = blocks([run("loss=ce", accuracy=0.95), run("loss=mse")])
    words = texts(found)
    assert "one seed, so there are numbers without a verdict" in words
    assert "ce softmax with 95.00 % (784-30-10); this may be chance" in words
    assert "A verdict needs 5 seeds or more" in words
    assert not [each for each in found if isinstance(each, Chart | Sentences)]


def test_one_run_is_said_to_have_nothing_to_compare() -> None:
    assert texts(blocks([run("loss=ce")])) == "This is one run, so there is nothing to compare."


def test_runs_of_one_arm_are_said_to_be_that() -> None:
    rates = [run(f"optimizer.learning_rate={rate}") for rate in (0.1, 1)]
    assert "differ in learning rate or seed only" in texts(blocks(rates))


def test_diverged_runs_are_named() -> None:
    found = blocks(arm("loss=ce", seeds=[0, 1]) + diverged("loss=mse", seeds=[0, 1]))
    assert "2 runs diverged: loss=mse seed=0 and loss=mse seed=1." in texts(found)
