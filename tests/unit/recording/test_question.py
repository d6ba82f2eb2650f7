"""What is asked: what is given, or else what the study asked."""

import pytest

from experiments.recording import Question, RecordedStudy

STUDY = RecordedStudy(
    compared="loss",
    tuned=["l2"],
    tuning_seeds=2,
    metric="best_epoch/test/accuracy",
    margin=1,
    rows=4,
)


def asked(
    *groups: str,
    study: RecordedStudy | None = STUDY,
    metric: str | None = None,
    margin: float | None = None,
) -> tuple[str, float, int]:
    """Return the metric, the margin and the rows of a question."""
    found = Question.of(groups, study, metric=metric, margin=margin)
    return found.metric, found.margin, found.rows


def test_a_study_is_asked_what_it_asks() -> None:
    assert asked("loss") == ("best_epoch/test/accuracy", 0.01, 4)


def test_the_arguments_come_first() -> None:
    assert asked("loss", metric="test/accuracy", margin=0.02) == ("test/accuracy", 0.02, 4)
    assert asked("loss", margin=0)[1] == 0


@pytest.mark.parametrize(
    ("groups", "study"),
    [(("loss",), None), (("optimizer",), STUDY), (("loss", "optimizer"), STUDY)],
)
def test_other_questions_have_the_defaults(
    groups: tuple[str, ...], study: RecordedStudy | None
) -> None:
    assert asked(*groups, study=study) == ("test/accuracy", 0.001, 1)


def test_the_order_of_two_groups_does_not_matter_and_one_look_is_one() -> None:
    one, other = (
        Question.of(groups, None, one_look=True)
        for groups in (("loss", "optimizer"), ("optimizer", "loss"))
    )
    assert one.words == other.words
    assert one.one_look
