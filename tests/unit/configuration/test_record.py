"""The configuration that a run records."""

import pytest
from omegaconf import OmegaConf

from experiments.configuration import (
    CONF,
    DESCRIBED,
    build,
    changed_record,
    compose,
    recorded_config,
)
from experiments.recording import RecordedConfig


def test_the_recorded_configuration_is_resolved() -> None:
    recorded = recorded_config(compose(["epochs=7", "schedule=cosine", "dtype=float64"]))
    assert set(RecordedConfig.__struct_fields__) == {*DESCRIBED, "tracking"}
    assert recorded.dtype == "float64"
    assert recorded.schedule == {"_target_": "nn.Cosine", "epochs": 7}
    rates = OmegaConf.load(CONF / "learning_rates.yaml").learning_rates
    assert recorded.optimizer["learning_rate"] == rates.sigmoid.mse.sgd
    assert recorded.tracking.experiment == "mnist"


def test_the_sizes_of_the_network_are_recorded_where_the_data_decide_them() -> None:
    config = compose(["architecture.sizes=[1,30,1]", "architecture.fit=true"])
    recorded = recorded_config(config, build(config).sizes)
    assert recorded.architecture.sizes == [784, 30, 10]
    assert recorded == recorded_config(compose())


def test_the_recorded_path_of_a_store_is_absolute(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(folder)
    for given, recorded in (
        ("sqlite:///a.db", f"sqlite:///{folder}/a.db"),
        ("sqlite:////b/a.db", "sqlite:////b/a.db"),
        ("http://mlflow:5000", "http://mlflow:5000"),
    ):
        assert recorded_config(compose([f"tracking.uri={given}"])).tracking.uri == recorded


def test_a_record_with_other_numbers_is_the_one_that_is_made_of_them() -> None:
    before = recorded_config(compose())
    other = compose(["epochs=3", "optimizer.learning_rate=2"])
    changed = changed_record(before, other, {"epochs", "optimizer"})
    assert changed == recorded_config(other)
    assert changed != before
