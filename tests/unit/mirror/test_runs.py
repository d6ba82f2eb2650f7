"""The values that MLflow gets of a run's events. Whole runs are in the system tests."""

import json
from pathlib import Path

import msgspec
import pytest
import records
from mlflow import MlflowClient

from experiments.mirror.runs import (
    MLFLOW_STATUS,
    MirroredRun,
    dataset_inputs,
    labels_of,
    metrics_of,
)
from experiments.recording import Event, RecordedDataset, Status


def test_the_metrics_of_an_epoch_have_its_number_and_its_time() -> None:
    event = records.epoch(2)
    metrics = metrics_of(event, 7)
    assert {metric.key: metric.value for metric in metrics} == event.metrics
    assert {(metric.step, metric.timestamp) for metric in metrics} == {(2, 1_004_000)}


def test_the_metrics_of_the_end_belong_to_the_last_epoch() -> None:
    event = records.end()
    metrics = metrics_of(event, 7)
    assert {metric.key: metric.value for metric in metrics} == event.metrics
    assert {(metric.step, metric.timestamp) for metric in metrics} == {(7, 1_100_000)}


@pytest.mark.parametrize(
    "event",
    [
        records.start(),
        records.certificate(),
        records.resume(1),
        records.note("a note"),
        records.end(Status.FAILED),
    ],
)
def test_other_events_have_no_metrics(event: Event) -> None:
    assert metrics_of(event, 7) == []


def test_every_status_of_a_tracked_run_has_one_of_mlflow() -> None:
    assert set(Status) - set(MLFLOW_STATUS) == {Status.PLANNED, Status.DAMAGED}
    assert MLFLOW_STATUS[Status.DIVERGED] == MLFLOW_STATUS[Status.FAILED] == "FAILED"


def test_the_classes_of_a_run_have_their_recorded_names_or_their_labels() -> None:
    dataset = msgspec.structs.replace(records.START.dataset, classes=["cat", "dog"])
    assert labels_of(records.start(dataset=dataset)) == ["cat", "dog"]
    older = records.start()  # without names, and without the label of class 0
    assert labels_of(older) == ["0", "1"]
    data = {**older.config.dataset, "first_label": 1}
    assert labels_of(records.start(config={"dataset": data})) == ["1", "2"]


def test_each_split_of_the_images_is_an_input_with_its_size() -> None:
    dataset = RecordedDataset(
        name="tiny",
        root="/my images",
        sha256="0123456789abcdef" * 4,
        train=20,
        validation=5,
        test=6,
    )
    found = dataset_inputs(dataset)
    contexts = [each.tags[0].value for each in found]
    assert contexts == ["train", "validation", "test"]
    assert [json.loads(each.dataset.profile) for each in found] == [
        {"num_rows": size} for size in (20, 5, 6)
    ]
    for context, each in zip(contexts, found, strict=True):
        assert each.dataset.name == f"tiny {context}"
        assert each.dataset.digest == "0123456789abcdef"
        assert json.loads(each.dataset.source) == {"uri": "/my images"}


def test_what_an_earlier_end_has_said_is_not_copied_twice(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'mlflow.db'}"
    run = MirroredRun(MlflowClient(store), tmp_path, store)
    first = run._metrics(records.closed_end(), 3)
    second = run._metrics(records.end(), 3)
    assert [each.key for each in first] == ["best_epoch/epoch"]
    expected = records.TEST_METRICS.keys() - {"best_epoch/epoch"}
    assert {each.key for each in second} == expected
    run._metrics(records.START, 3)  # a new journal in the same folder
    assert [each.key for each in run._metrics(records.closed_end(), 3)] == ["best_epoch/epoch"]
