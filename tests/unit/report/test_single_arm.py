"""The chapter about runs of one arm."""

from frames import arm, run
from subjects import subject

from experiments.report.blocks import Chart
from experiments.report.single_arm import single_arm


def test_one_run_is_shown_with_its_curves() -> None:
    found = single_arm(subject([run("loss=ce", validation=[0.5, 0.8])]))
    assert found.title == "The run"
    names = {each.figure.name for each in found.blocks if isinstance(each, Chart)}
    assert {"accuracy-by-epoch", "cost-by-epoch"} <= names


def test_several_runs_are_runs() -> None:
    assert single_arm(subject(arm("loss=ce", seeds=[0, 1]))).title == "The runs"
