"""Reading the runs in an MLflow store through MLflow's own client."""

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from empty_store import write_empty_store

from harness.outputs import run_folder

EVERY_EPOCH_METRICS = {
    "train/cost",
    "train/loss",
    "train/accuracy",
    "validation/cost",
    "validation/loss",
    "validation/accuracy",
    "learning_rate",
    "minibatch_gradient_norm",
    "weight_norm/1",
    "weight_norm/2",
    "seconds",
    "images_per_second",
    "output/error",
    "output/slope",
    "output/delta",
    "output/saturated_and_wrong",
    "saturated/1",
    "error_norm/1",
    "error_norm/2",
}
"""The metrics of each epoch, for a network with one hidden layer."""
EVALUATED = ("test/cost", "test/loss", "test/accuracy")
TEST_METRICS = {*EVALUATED, "test/constant_guess"}
BEST_EPOCH_METRICS = {"best_epoch/epoch", *(f"best_epoch/{name}" for name in EVALUATED)}


def uri(folder: Path) -> str:
    """Return the address of the SQLite store in a folder."""
    return f"sqlite:///{folder / 'mlflow.db'}"


def store(folder: Path) -> tuple[str, str]:
    """Return the overrides that keep the MLflow store and its artifacts in a folder.

    An empty store is written there, unless there is one.
    """
    if not (folder / "mlflow.db").exists():
        write_empty_store(folder / "mlflow.db")
    return f"tracking.uri={uri(folder)}", f"tracking.artifacts={folder / 'artifacts'}"


@dataclass(frozen=True)
class Tracked:
    """A run as MLflow has it. Each metric is a list of (step, value), sorted by step."""

    id: str
    name: str
    status: str
    start: int
    end: int | None
    params: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Mapping[str, list[tuple[int, float]]]
    datasets: Mapping[str, Mapping[str, Any]]  # by context
    models: tuple[str, ...]  # ids
    artifacts: Mapping[str, Path]


def tracked(address: str) -> list[Tracked]:
    """Return all runs in a store, sorted by start."""
    if address.startswith("sqlite:"):
        path = Path(address.removeprefix("sqlite:///"))
        assert path.is_file(), f"there is no store at {address}"
    client = connect(address)
    ids = [each.experiment_id for each in client.search_experiments()]
    found = client.search_runs(ids, order_by=["attributes.start_time"], max_results=1000)
    return [_tracked(client, run) for run in found]


def by_name(address: str) -> dict[str, Tracked]:
    """Return all runs in a store by name, sweeps without their id. No two may have the same."""
    runs = tracked(address)
    named = {run.name.removeprefix(run.tags.get("sweep", "")[:8]).lstrip(): run for run in runs}
    assert len(named) == len(runs), f"two runs of one name: {[run.name for run in runs]}"
    return named


def recorded_in(folder: Path, runs: Sequence[Tracked]) -> Tracked:
    """Return the run whose journal is in a folder."""
    (run,) = (run for run in runs if run.tags.get("folder") == str(run_folder(folder)))
    return run


@cache
def connect(address: str) -> Any:
    """Return MLflow's client. It is imported here, because its dependencies warn on import."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The ``noload`` loader strategy is deprecated")
        from mlflow import MlflowClient

        return MlflowClient(address)


def _tracked(client: Any, run: Any) -> Tracked:
    key = run.info.run_id
    metrics = {
        name: sorted((m.step, m.value) for m in client.get_metric_history(key, name))
        for name in run.data.metrics
    }
    datasets = {
        tag.value: {
            "name": each.dataset.name,
            "digest": each.dataset.digest,
            **json.loads(each.dataset.profile),
        }
        for each in run.inputs.dataset_inputs
        for tag in each.tags
        if tag.key == "mlflow.data.context"
    }
    outputs = run.outputs.model_outputs if run.outputs else []
    return Tracked(
        id=key,
        name=run.info.run_name,
        status=run.info.status,
        start=run.info.start_time,
        end=run.info.end_time,
        params=run.data.params,
        tags=run.data.tags,
        metrics=metrics,
        datasets=datasets,
        models=tuple(each.model_id for each in outputs),
        artifacts={
            each.path: Path(run.info.artifact_uri) / each.path
            for each in client.list_artifacts(key)
        },
    )
