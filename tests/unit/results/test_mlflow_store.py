"""The part of reading an MLflow store that needs no store."""

import pandas as pd
import pytest

from experiments.results.mlflow_store import parameter, wide


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("optimizer.learning_rate", "0.3", 0.3),
        ("schedule.every", "10", 10),
        ("dataset.train_size", "None", None),
        ("architecture.sizes", "[784, 30, 10]", [784, 30, 10]),
        ("dataset.root", "/my images/(1", "/my images/(1"),
        ("dtype", "float32", "float32"),
        ("architecture", "784-30-10", "784-30-10"),
        ("activation", "None", "None"),  # a file of conf/ with this name
    ],
)
def test_parameters_get_their_types_back(name: str, text: str, value: object) -> None:
    found = parameter(name, text)
    assert found == value
    assert type(found) is type(value)


def test_values_become_a_row_for_each_epoch_with_a_column_for_each_metric() -> None:
    values = pd.DataFrame(
        [
            ("r", "i", "train/cost", 1, 0.5),
            ("r", "i", "seconds", 1, 2.0),
            ("r", "i", "seconds", 2, 3.0),
        ],
        columns=["run", "identity", "metric", "epoch", "value"],
    )
    expected = pd.DataFrame(
        {"identity": ["i", "i"], "epoch": [1, 2], "seconds": [2.0, 3.0], "train/cost": [0.5, None]}
    )
    pd.testing.assert_frame_equal(wide(values), expected)


def test_no_values_become_a_frame_without_rows() -> None:
    frame = wide(pd.DataFrame(columns=["identity", "metric", "epoch", "value"]))
    assert list(frame.columns) == ["identity", "epoch", "validation/accuracy"]
    assert frame.empty
