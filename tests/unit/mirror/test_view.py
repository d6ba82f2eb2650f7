"""The saved view of an experiment in MLflow."""

import json

from experiments.mirror.view import runs_page, view_tags


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
