"""Runs as MLflow's client returns them, made without a store."""

from collections.abc import Mapping

from mlflow.entities import Metric, Param, Run, RunData, RunInfo, RunTag


def run(
    tags: Mapping[str, str],
    *,
    metrics: Mapping[str, float] | None = None,
    params: Mapping[str, str] | None = None,
    end: int | None = 1_002_500,
) -> Run:
    """Return a run with these tags. It has started 1000.5 s after 1970."""
    info = RunInfo(
        run_id="r1",
        experiment_id="1",
        user_id="",
        status="RUNNING" if end is None else "FINISHED",
        start_time=1_000_500,
        end_time=end,
        lifecycle_stage="active",
        run_name="4-3-2 ce sgd",
    )
    data = RunData(
        metrics=[Metric(name, value, 0, 1) for name, value in (metrics or {}).items()],
        params=[Param(name, value) for name, value in (params or {}).items()],
        tags=[RunTag(name, value) for name, value in tags.items()],
    )
    return Run(info, data)
