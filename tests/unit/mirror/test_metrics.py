"""Metrics in an SQLite store, as MLflow's client reads them."""

import math

import pytest
from empty_store import write_empty_store
from mlflow import MlflowClient
from mlflow.entities import Metric
from mlflow.exceptions import MlflowException

from experiments.mirror.metrics import log_metrics
from experiments.mirror.store import open_store

LOSS = [Metric("loss", value, 1000 + step, step) for step, value in enumerate((3.5, 2.5, 1.5), 1)]
OTHERS = [
    Metric("nan", math.nan, 5, 1),
    Metric("most", math.inf, 5, 1),
    Metric("least", -math.inf, 5, 1),
]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> MlflowClient:
    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    write_empty_store(path)
    return open_store(f"sqlite:///{path}")


@pytest.fixture
def run_id(client: MlflowClient) -> str:
    return str(client.create_run("0").info.run_id)


def seen(client: MlflowClient, run_id: str) -> dict[str, list[tuple[str, int, int]]]:
    """Return the history of all metrics of a run, and the latest values behind it, as text."""
    latest = client.get_run(run_id).data.metrics
    return {
        name: [
            (str(metric.value), metric.timestamp, metric.step)
            for metric in client.get_metric_history(run_id, name)
        ]
        + [(str(value), 0, 0)]
        for name, value in latest.items()
    }


def test_metrics_are_as_if_the_client_had_written_them(client: MlflowClient, run_id: str) -> None:
    log_metrics(client, run_id, [*LOSS, *OTHERS])
    other = client.create_run("0").info.run_id
    client.log_batch(other, metrics=[*LOSS, *OTHERS])
    assert seen(client, run_id) == seen(client, other)
    assert set(seen(client, run_id)) == {"loss", "nan", "most", "least"}


def test_metrics_that_are_written_again_are_there_once(client: MlflowClient, run_id: str) -> None:
    log_metrics(client, run_id, LOSS[:2])
    log_metrics(client, run_id, LOSS)
    assert [metric.value for metric in client.get_metric_history(run_id, "loss")] == [3.5, 2.5, 1.5]


def test_the_latest_metric_is_that_of_the_last_step(client: MlflowClient, run_id: str) -> None:
    log_metrics(client, run_id, LOSS[::-1])
    assert client.get_run(run_id).data.metrics == {"loss": 1.5}


def test_a_deleted_run_gets_no_metrics(client: MlflowClient, run_id: str) -> None:
    client.delete_run(run_id)
    with pytest.raises(MlflowException, match="active"):
        log_metrics(client, run_id, LOSS)
