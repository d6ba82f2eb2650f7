"""The choices and options of a run as one flat mapping."""

import records

from experiments.recording import RecordedArchitecture, RecordedTracking, parameters


def test_choices_and_options_are_flat() -> None:
    assert parameters(records.START.choices, records.START.config) == {
        "loss": "ce",
        "optimizer": "sgd",
        "architecture": "4-3-2",
        "dataset.name": "tiny",
        "dataset.train_size": 20,
        "architecture.sizes": [4, 3, 2],
        "initializer.bias_std": 1.0,
        "loss.output": "softmax",
        "optimizer.learning_rate": 0.5,
        "epochs": 3,
        "batch_size": 10,
        "l2": 0.0,
        "seed": 0,
        "dtype": "float32",
        "backend": "numpy",
        "test_curve": False,
    }


def test_options_inside_of_options_have_a_path() -> None:
    start = records.start(config={"dataset": {"sha256": {"train_images": "ab"}, "mirrors": []}})
    found = parameters(start.choices, start.config)
    assert found["dataset.sha256.train_images"] == "ab"
    assert found["dataset.mirrors"] == []


def test_the_architecture_is_named_by_its_sizes_and_not_by_its_file() -> None:
    start = records.start(
        choices={"architecture": "wide"},
        config={"architecture": RecordedArchitecture(sizes=[784, 100, 10])},
    )
    assert parameters(start.choices, start.config)["architecture"] == "784-100-10"


def test_tracking_is_no_parameter() -> None:
    tracking = RecordedTracking(experiment="x", uri="sqlite:///x.db", artifacts="x")
    start = records.start(config={"tracking": tracking}, choices={"tracking": "local"})
    assert not [
        name for name in parameters(start.choices, start.config) if name.startswith("tracking")
    ]
