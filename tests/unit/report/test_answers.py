"""The answers to the questions that runs can be asked."""

import frames
from frames import arm, run
from subjects import subject

from experiments.comparison import compare, fewest_seeds
from experiments.report.answers import answer, seeds_for_verdicts

SEVERAL = arm("loss=ce", at=0.95) + arm("loss=mse")
ONE = [run("loss=ce"), run("loss=mse")]


def test_an_answer_is_the_one_of_compare() -> None:
    found = answer(subject(SEVERAL), "loss")
    assert found.comparison
    expected = compare(subject(SEVERAL).runs, "loss")
    assert [row.verdict for row in found.comparison.rows] == [row.verdict for row in expected.rows]
    assert seeds_for_verdicts(subject(SEVERAL), ["loss"]) is None


def test_one_seed_has_a_reason_and_one_command_for_the_missing_seeds() -> None:
    found = answer(subject(ONE), "loss")
    assert found.comparison is None
    assert found.reason == (
        "the arms of loss have one seed in common, but a comparison needs at least"
        f" {fewest_seeds()}"
    )
    needed = seeds_for_verdicts(subject(ONE), ["loss"])
    assert needed
    assert needed.commands == found.commands
    assert needed.seeds == fewest_seeds()
    (line,) = needed.commands
    assert len(frames.jobs(frames.COMMAND + line.partition(" -m ")[2])) == 2 * fewest_seeds()


def test_nothing_swept_needs_no_seeds() -> None:
    assert seeds_for_verdicts(subject([run("loss=ce")]), []) is None
