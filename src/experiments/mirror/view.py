"""The saved views of an experiment in MLflow: its table of runs, and the curves of each sweep."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from experiments.mirror.arm_colours import group
from experiments.recording import STAGE

VIEW = "mlflow.sharedViewState."
"""The prefix of the tags of an experiment that hold its views."""
NAME = "results"
COLUMNS = [
    "metrics.`best_arm/validation/accuracy`",
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
CURVES = ("validation/accuracy", "validation/cost", "train/accuracy", "train/cost")
"""The metrics whose curves a sweep shows first."""
BARS = ("test/accuracy",)
"""The metrics that a sweep shows as bars."""
MOST_ARMS = 20
"""Arms that a sweep shows as curves, those with the best validation accuracy."""


def view_tags() -> dict[str, str]:
    """Return the tags of an experiment that hold the view of all its runs."""
    state = {
        "selectedColumns": COLUMNS,
        "orderByKey": "attributes.start_time",
        "orderByAsc": False,
    }
    return {VIEW + NAME: _view("Results", state)}


def sweep_view(name: str, arm_tag: str, arms: Sequence[str], *, stage: str = "") -> str:
    """Return the view of a sweep: mean curves of its arms, the values of the tag ``arm_tag``.

    It shows the runs that have the tag, also those that an earlier sweep has done. With ``stage``
    it shows only those of this stage of a study.
    """
    shown = f"tags.`{arm_tag}` != ''" + (f" AND tags.`{STAGE}` = '{stage}'" if stage else "")
    state = {
        "selectedColumns": COLUMNS,
        "searchFilter": shown,
        "orderByKey": "metrics.`validation/accuracy`",
        "orderByAsc": False,
        "groupBy": {
            "aggregateFunction": "average",
            "groupByKeys": [{"mode": "tag", "groupByData": arm_tag}],
        },
        "groupsExpanded": {group(arm_tag, arm): False for arm in arms[:MOST_ARMS]},
        "runsHiddenMode": f"FIRST_{MOST_ARMS}_RUNS",
        "compareRunCharts": _charts(),
        "compareRunSections": [
            {"uuid": NAME, "name": "Means over seeds", "display": True, "columns": 2}
        ],
        "isAccordionReordered": True,  # else MLflow sorts the sections by name
    }
    return _view(name, state)


def _charts() -> list[dict[str, Any]]:
    return [_line_chart(metric) for metric in CURVES] + [_chart("BAR", metric) for metric in BARS]


def _chart(kind: str, metric: str) -> dict[str, Any]:
    return {
        "type": kind,
        "uuid": metric,
        "metricSectionId": NAME,
        "metricKey": metric,
        "deleted": False,
        "isGenerated": False,
    }


def _line_chart(metric: str) -> dict[str, Any]:
    return _chart("LINE", metric) | {
        "selectedMetricKeys": [metric],
        "xAxisKey": "step",
        "xAxisScaleType": "linear",
        "scaleType": "log" if metric.endswith("cost") else "linear",
        "range": {},
        "lineSmoothness": 0,
        "yAxisKey": "metric",
        "useGlobalXaxisKey": True,
        "useGlobalLineSmoothing": True,
    }


def _view(name: str, state: Mapping[str, Any]) -> str:
    return json.dumps({"name": name, "createdAt": 0, "updatedAt": 0, "state": json.dumps(state)})


def runs_page(server: str, experiment_id: str) -> str:
    """Return the address of an experiment's table of runs, in MLflow's view for model training."""
    return (
        f"{server}/#/experiments/{experiment_id}/runs"
        f"?workflowType=machine_learning&viewStateShareKey={NAME}"
    )


def sweep_page(server: str, experiment_id: str, sweep: str) -> str:
    """Return the address of the curves of a sweep."""
    return (
        f"{server}/#/experiments/{experiment_id}/runs"
        f"?workflowType=machine_learning&viewStateShareKey={sweep}&compareRunsMode=CHART"
    )


def artifact_page(server: str, experiment_id: str, run_id: str, name: str) -> str:
    """Return the address of an artifact of a run."""
    return (
        f"{server}/#/experiments/{experiment_id}/runs/{run_id}/artifacts/{name}"
        "?workflowType=machine_learning"
    )
