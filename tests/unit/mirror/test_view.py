"""The saved views of an experiment in MLflow. The browser has system tests."""

import json

from experiments.mirror.view import runs_page, sweep_page, sweep_view, view_tags


def test_the_saved_view_shows_the_results_and_the_status_of_runs() -> None:
    ((name, text),) = view_tags().items()
    assert name == "mlflow.sharedViewState.results"
    state = json.loads(json.loads(text)["state"])
    columns = state["selectedColumns"]
    for column in ("metrics.`validation/accuracy`", "params.`optimizer`", "tags.`status`"):
        assert column in columns
    assert len(set(columns)) == len(columns)


def test_the_newest_run_is_the_first_row() -> None:
    (text,) = view_tags().values()
    state = json.loads(json.loads(text)["state"])
    assert (state["orderByKey"], state["orderByAsc"]) == ("attributes.start_time", False)


def test_the_page_of_runs_opens_the_saved_view_for_model_training() -> None:
    address, _, query = runs_page("http://127.0.0.1:5000", "7").partition("?")
    assert address == "http://127.0.0.1:5000/#/experiments/7/runs"
    assert query.split("&") == ["workflowType=machine_learning", "viewStateShareKey=results"]


def test_a_sweep_shows_mean_curves_of_its_arms_accuracy_and_cost_of_validation_first() -> None:
    view = json.loads(sweep_view("loss=mse,ce", "arm/7", ["ce", "mse"]))
    assert view["name"] == "loss=mse,ce"
    state = json.loads(view["state"])
    assert state["searchFilter"] == "tags.`arm/7` != ''"
    assert state["groupBy"] == {
        "aggregateFunction": "average",
        "groupByKeys": [{"mode": "tag", "groupByData": "arm/7"}],
    }
    assert state["groupsExpanded"] == {"tag.arm/7.ce": False, "tag.arm/7.mse": False}
    charts = [(chart["type"], chart["metricKey"]) for chart in state["compareRunCharts"]]
    assert charts[:2] == [("LINE", "validation/accuracy"), ("LINE", "validation/cost")]
    (section,) = state["compareRunSections"]
    assert {chart["metricSectionId"] for chart in state["compareRunCharts"]} == {section["uuid"]}
    assert section["display"]


def test_a_study_shows_the_runs_of_one_stage() -> None:
    view = json.loads(sweep_view("losses", "arm/7", ["ce"], stage="confirmation"))
    shown = json.loads(view["state"])["searchFilter"]
    assert shown == "tags.`arm/7` != '' AND tags.`stage` = 'confirmation'"


def test_the_view_of_a_sweep_with_thousands_of_arms_fits_in_a_tag_of_mlflow() -> None:
    view = sweep_view("seed=0", "arm/7", [f"learning_rate={number}" for number in range(10_000)])
    assert len(view) <= 20_000


def test_the_page_of_a_sweep_opens_its_view_as_charts() -> None:
    _, _, query = sweep_page("http://127.0.0.1:5000", "7", "5" * 16).partition("?")
    assert query.split("&") == [
        "workflowType=machine_learning",
        f"viewStateShareKey={'5' * 16}",
        "compareRunsMode=CHART",
    ]
