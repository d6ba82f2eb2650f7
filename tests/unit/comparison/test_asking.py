"""Questions about the runs of a sweep, and of a study."""

from pathlib import Path

import frames
import pytest
from msgspec import structs

from experiments.comparison import (
    Verdict,
    compare,
    compare_one,
    compare_two,
    count_look,
    factorial,
    own_question_first,
    runs_to_compare,
)
from experiments.recording import Question, RecordedStudy
from experiments.results import RATE, Scope

STUDY = RecordedStudy(
    compared="loss", tuned=[RATE, "l2"], tuning_seeds=2, metric="test/accuracy", margin=50, rows=3
)
RUNS = frames.frame(
    frames.arm("loss=ce", "l2=5", at=0.95, seeds=range(12))
    + frames.arm("loss=mse", "l2=5", seeds=range(12))
)


def test_the_runs_of_a_study_are_those_on_the_compared_seeds() -> None:
    found = runs_to_compare(RUNS, ["loss"], STUDY)
    assert set(found["seed"]) == {*range(2, 12)}
    assert found["l2"].isna().all()


@pytest.mark.parametrize(("groups", "study"), [(["loss"], None), (["l2"], STUDY)])
def test_other_runs_are_taken_as_they_are(groups: list[str], study: RecordedStudy | None) -> None:
    assert runs_to_compare(RUNS, groups, study) is RUNS


def test_a_question_decides_margin_metric_and_family() -> None:
    asked = compare_one(Question.of(["loss"], STUDY), RUNS, Scope.of_frame(RUNS))
    (row,) = asked.rows
    assert (asked.margin, asked.family, row.verdict) == (0.5, 3, Verdict.TIE)
    plain = compare_one(Question.of(["loss"], None), RUNS, Scope.of_frame(RUNS))
    assert plain.table.equals(compare(RUNS, "loss").table)
    on = Question.of(["loss"], None, metric="validation/accuracy", one_look=True)
    assert compare_one(on, RUNS, Scope.of_frame(RUNS)).metric == "validation/accuracy"
    assert compare_one(on, RUNS, Scope.of_frame(RUNS)).one_look


def test_an_earlier_answer_with_more_rows_shares_the_error_rate(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    question = Question.of(["loss"], STUDY)
    count_look(tmp_path, question.words, RUNS["identity"], rows=7)
    assert compare_one(question, RUNS, Scope.of(tmp_path)).family == 7
    unknown = structs.replace(STUDY, metric="validation/accuracy")
    assert compare_one(Question.of(["loss"], unknown), RUNS, Scope.of(tmp_path)).family == 3


def test_two_groups_have_a_factorial() -> None:
    rows = [
        each
        for loss in ("loss=ce", "loss=mse")
        for optimizer in ("optimizer=sgd", "optimizer=adam")
        for each in frames.arm(loss, optimizer)
    ]
    runs = frames.frame(rows)
    found = compare_two(Question.of(["loss", "optimizer"], None), runs, Scope.of_frame(RUNS))
    assert len(found.rows) == len(factorial(runs, "loss", "optimizer").rows) > 0


def test_the_own_question_of_a_study_comes_first() -> None:
    groups = ["activation", "loss", "architecture"]
    assert own_question_first(groups, None) == groups
    assert own_question_first(groups, STUDY) == ["loss", "activation", "architecture"]
