"""Methods, failures and commands."""

from frames import arm, close, diverged, run
from subjects import subject

from experiments.report.answers import answer
from experiments.report.blocks import Commands, Sentences, Table
from experiments.report.methods import failures, methods, reproduction
from experiments.report.subject import Subject


def topics(about: Subject, *groups: str) -> set[str]:
    (block,) = methods(about, [answer(about, group) for group in groups]).blocks
    assert isinstance(block, Sentences)
    return {each.topic for each in block.items}


def test_only_the_methods_that_apply_are_described() -> None:
    assert topics(subject([run("loss=ce")])) == {"Accuracy"}
    several = subject(arm("loss=ce") + arm("loss=mse"))
    assert topics(several, "loss") == {"Accuracy", "Pairs", "Verdicts", "Intervals"}
    rates = subject([run(f"optimizer.learning_rate={rate}") for rate in (0.1, 1)])
    assert topics(rates) == {"Accuracy", "Tuning"}
    assert topics(subject(close([run("loss=ce")]))) == {"Accuracy", "Test set"}


def test_runs_without_a_result_are_listed_with_their_message() -> None:
    assert failures(subject([run("loss=ce")])) is None
    found = failures(subject([run("loss=ce"), *diverged("loss=mse", seeds=[0])]))
    assert found
    (table,) = found.blocks
    assert isinstance(table, Table)
    assert table.rows == [["loss=mse seed=0", "diverged", "0", "a message"]]


def test_everything_can_be_made_again() -> None:
    about = subject(arm("loss=ce") + arm("loss=mse"))
    blocks = reproduction(about, [answer(about, "loss")]).blocks
    lines = [line for each in blocks if isinstance(each, Commands) for line in each.lines]
    for words in ("run.py", "experiments compare loss", "experiments report"):
        assert any(words in line for line in lines)
