"""What a report is about."""

import pytest
from frames import arm, close, diverged, run
from subjects import subject

from experiments.errors import UserError
from experiments.recording import RecordedStudy
from experiments.results import RATE, VALIDATION, SweepSummary


def test_the_test_set_is_compared_if_most_runs_have_opened_it() -> None:
    opened, closed = arm("loss=ce", seeds=[0, 1]), close(arm("loss=mse", seeds=[0]))
    assert subject(opened + closed).metric == "test/accuracy"
    assert subject(opened[:1] + closed).metric == VALIDATION
    assert subject(closed).metric == VALIDATION


def test_a_rate_is_chosen_only_where_there_are_several() -> None:
    one = subject([run("loss=ce"), run("loss=mse")])
    assert one.rates_vary
    assert not one.several_rates
    assert subject([run(f"optimizer.learning_rate={rate}") for rate in (0.1, 1)]).several_rates


def test_runs_without_a_result_are_refused() -> None:
    about = subject([run("loss=ce", status="failed", validation=[])])
    with pytest.raises(UserError, match="nothing to compare"):
        _ = about.tuned


def test_diverged_runs_are_a_result() -> None:
    assert len(subject(diverged("loss=ce", seeds=[0])).tuned) == 1


def test_a_study_has_the_arms_on_the_seeds_that_tuning_did_not_use() -> None:
    study = RecordedStudy(
        compared="loss", tuned=[RATE], tuning_seeds=2, metric=VALIDATION, margin=0.1, rows=1
    )
    sweep = SweepSummary(
        id="5", name="losses", command="", n_runs=4, time=0, store=None, study=study
    )
    rows = arm("loss=ce", seeds=range(4))
    assert {*subject(rows, sweep).tuned["seed"]} == {2, 3}
    assert {*subject(rows[:2], sweep).tuned["seed"]} == {0, 1}  # it has not come further
