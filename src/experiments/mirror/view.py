"""The saved view of an experiment in MLflow: the columns that its table of runs shows."""

import json

NAME = "results"
COLUMNS = [
    "metrics.`validation/accuracy`",
    "metrics.`test/accuracy`",
    "metrics.`train/accuracy`",
    "params.`architecture`",
    "params.`activation`",
    "params.`loss`",
    "params.`optimizer`",
    "params.`optimizer.learning_rate`",
    "params.`seed`",
    "tags.`status`",
    "attributes.`Created`",
    "attributes.`Duration`",
]


def view_tags() -> dict[str, str]:
    """Return the tags of an experiment that hold its saved view."""
    state = {
        "selectedColumns": COLUMNS,
        "orderByKey": "attributes.start_time",
        "orderByAsc": False,
    }
    view = {"name": "Results", "createdAt": 0, "updatedAt": 0, "state": json.dumps(state)}
    return {f"mlflow.sharedViewState.{NAME}": json.dumps(view)}


def runs_page(server: str, experiment_id: str) -> str:
    """Return the address of an experiment's table of runs, in MLflow's view for model training."""
    return (
        f"{server}/#/experiments/{experiment_id}/runs"
        f"?workflowType=machine_learning&viewStateShareKey={NAME}"
    )
