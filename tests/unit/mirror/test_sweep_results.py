"""The results of a sweep that its row and its page in MLflow show."""

import pytest
import records

from experiments.mirror.sweep_results import (
    ArmResult,
    arm_results,
    describe,
    result_runs,
    sweep_metrics,
    sweep_params,
)
from experiments.recording import Record, RecordedStudy, Status


def _run(accuracy: float, status: Status = Status.FINISHED) -> Record:
    """Return a run with this validation accuracy; its test accuracy is always the same."""
    last = records.epoch(1, **{"validation/accuracy": accuracy})
    return records.record(last, records.end(status))


RUNS = [
    ("mse seed=0", _run(0.8)),
    ("mse seed=1", _run(0.7)),
    ("ce seed=0", _run(0.95)),
    ("ce seed=1", _run(0.1, Status.FAILED)),
    ("ce seed=2", None),
]


def test_arms_are_means_over_their_finished_runs_the_best_first() -> None:
    ce, mse = arm_results(RUNS)
    assert (ce.name, ce.n_runs, mse.name, mse.n_runs) == ("ce", 1, "mse", 2)
    assert ce.means == {"validation/accuracy": 0.95, "test/accuracy": 0.875}
    assert mse.means["validation/accuracy"] == pytest.approx(0.75)


def test_an_arm_with_closed_runs_has_no_test_accuracy() -> None:
    closed = records.record(records.epoch(1), records.closed_end())
    (arm,) = arm_results([("ce seed=0", _run(0.9)), ("ce seed=1", closed)])
    assert arm.means.keys() == {"validation/accuracy"}
    text = describe("2 runs", [arm], 2, "experiments report", {})
    assert "| ce | 90.00% | - | 2 |" in text


@pytest.mark.parametrize(
    ("rows", "tuning_seeds", "shown"),
    [(1, 0, 4), (1, 1, 5), (0, 0, 5)],  # the only seed of these runs is 0
)
def test_the_results_of_a_study_are_the_runs_on_the_compared_seeds_if_there_are_some(
    rows: int, tuning_seeds: int, shown: int
) -> None:
    study = RecordedStudy(
        compared="loss",
        tuned=["l2"],
        tuning_seeds=tuning_seeds,
        metric="test/accuracy",
        margin=0.1,
        rows=rows,
    )
    assert len(result_runs(study, RUNS)) == shown
    assert result_runs(None, RUNS) is RUNS


def test_the_metrics_are_those_of_the_best_arm_and_the_means_of_the_arms() -> None:
    assert sweep_metrics(arm_results(RUNS)) == pytest.approx(
        {
            "best_arm/validation/accuracy": 0.95,
            "best_arm/test/accuracy": 0.875,
            "mean_of_arms/validation/accuracy": 0.85,
            "mean_of_arms/test/accuracy": 0.875,
        }
    )
    assert sweep_metrics([]) == {}


def test_the_parameters_are_the_options_of_the_command_as_typed() -> None:
    overrides = ["loss=mse,ce", "+optimizer.beta1=0.5,0.9", "outputs=here", "~schedule"]
    assert sweep_params(overrides) == {"loss": "mse,ce", "optimizer.beta1": "0.5,0.9"}


def test_the_description_has_a_table_of_arms_the_report_and_links() -> None:
    links = {"Curves": "/#/curves", "Figure": "/#/figure"}
    text = describe("5 runs of `x`", arm_results(RUNS), 5, "experiments report", links)
    assert text.split("\n\n") == [
        "| arm | validation accuracy | test accuracy | seeds |\n"
        "| --- | ---: | ---: | ---: |\n"
        "| ce | 95.00% | 87.50% | 1 |\n"
        "| mse | 75.00% | 87.50% | 2 |",
        "Means over seeds, after the last epoch.",
        "Not finished: 2 of 5 runs.",
        "5 runs of `x`",
        "Verdicts and figures: `experiments report`",
        "[Curves](/#/curves) · [Figure](/#/figure)",
    ]


def test_without_a_finished_run_there_is_no_table() -> None:
    text = describe("1 runs", arm_results([("ce", None)]), 1, "experiments report", {})
    assert "|" not in text
    assert "Not finished: 1 of 1 runs." in text


def test_the_description_of_thousands_of_arms_fits_in_a_tag_of_mlflow() -> None:
    arms = [ArmResult(name=f"learning_rate={n}", n_runs=1, means={}) for n in range(5000)]
    text = describe("5000 runs", arms, 5000, "experiments report", {})
    assert len(text) < 8000
    assert "The table shows the best 50 of 5000 arms." in text


def test_few_verdicts_stand_above_the_table_and_more_below_it() -> None:
    for n, above in ((1, True), (2, True), (3, False)):
        verdicts = "\n".join(f"- verdict {number}" for number in range(n))
        text = describe("x", arm_results(RUNS), 5, "report", {}, verdicts=verdicts)
        assert text.startswith("- verdict") == above
        assert text.count(verdicts) == text.count("| arm |") == 1
