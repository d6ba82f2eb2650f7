"""What a report is about."""

import pytest
from frames import arm, close, diverged, run
from subjects import subject

from experiments.errors import UserError
from experiments.results import VALIDATION


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
