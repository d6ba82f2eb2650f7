"""Verdicts as blocks."""

from frames import arm, frame

from experiments.comparison import compare
from experiments.report.answers import Answer
from experiments.report.blocks import Commands, Paragraph
from experiments.report.verdicts import (
    needs_seeds,
    remarks,
    sentences,
    verdict_table,
    without_verdict,
)

FEW = arm("loss=ce", seeds=[0, 1]) + arm("loss=mse", seeds=[0, 1])
DECIDED = compare(frame(arm("loss=ce", at=0.95) + arm("loss=mse")), "loss")
UNDECIDED = compare(frame(FEW).assign(outputs=None), "loss")


def test_a_sentence_has_its_condition_as_the_topic() -> None:
    (found,) = sentences(DECIDED)
    assert found.topic == "784-30-10"
    assert "ce softmax" in found.text
    assert "mse sigmoid" in found.text


def test_the_table_has_a_row_for_each_pair() -> None:
    table = verdict_table(DECIDED)
    ((condition, *others),) = table.rows
    assert condition == "784-30-10"
    assert others[-1] == "ce softmax better"
    assert "failed" not in table.head


def test_commands_are_given_for_what_is_undecided_only() -> None:
    assert not needs_seeds(DECIDED)
    assert not [each for each in remarks(DECIDED) if isinstance(each, Commands)]
    (found,) = (each for each in remarks(UNDECIDED) if isinstance(each, Commands))
    assert found.lines == UNDECIDED.commands
    assert "exported runs are done again" in found.text


def test_a_reason_stands_out_and_its_commands_are_apart() -> None:
    (found,) = without_verdict(Answer(group="loss", reason="a reason"))
    assert found == Paragraph("No verdict: a reason.", note=True)
    first, commands = without_verdict(Answer(group="loss", reason="too few", commands=["a", "b"]))
    assert first == Paragraph("No verdict: too few.", note=True)
    assert isinstance(commands, Commands)
    assert commands.lines == ["a", "b"]
