"""The whole report: which chapters it has."""

import pytest
from frames import Runs, arm, diverged, run
from subjects import subject

from experiments.errors import UserError
from experiments.report.document import document


def names(rows: Runs) -> list[str]:
    return [each.name for each in document(subject(rows)).chapters]


def test_each_group_that_was_swept_has_a_chapter() -> None:
    crossed = [
        each
        for loss in ("ce", "mse")
        for optimizer in ("adam", "sgd")
        for each in arm(f"loss={loss}", f"optimizer={optimizer}", seeds=[0, 1])
    ]
    assert names(crossed) == ["loss", "optimizer", "methods", "commands"]


def test_one_run_has_a_chapter() -> None:
    assert names([run("loss=ce")]) == ["runs", "methods", "commands"]


def test_failures_have_a_chapter() -> None:
    rows = [run("loss=ce"), *diverged("loss=mse", seeds=[0])]
    assert names(rows) == ["loss", "failures", "methods", "commands"]


def test_every_figure_has_a_name_of_its_own() -> None:
    made = document(subject(arm("loss=ce", seeds=[0, 1]) + arm("loss=mse", seeds=[0, 1])))
    figures = [figure.name for figure in made.figures]
    assert figures[0] == "verdicts"
    assert len({*figures}) == len(figures)


def test_runs_without_a_result_are_refused() -> None:
    with pytest.raises(UserError, match="nothing to compare"):
        document(subject([run("loss=ce", status="failed", validation=[])]))
