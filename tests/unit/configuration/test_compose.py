"""Composing a configuration from conf/ and overrides."""

import shlex
from pathlib import Path

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig

from experiments.configuration import CONF, PROJECT, REPLICATE, STUDY, compose
from experiments.configuration.schema import KEYS
from experiments.errors import ConfigError


def test_the_configuration_has_all_keys_and_the_node_of_hydra() -> None:
    assert {str(key) for key in compose()} == {*KEYS, STUDY, REPLICATE, "hydra"}
    assert compose()[STUDY] is None


def test_overrides_change_groups_and_values() -> None:
    config = compose(["loss=ce", "epochs=7", "architecture.sizes=[784,100,10]"])
    assert config.hydra.runtime.choices.loss == "ce"
    assert config.epochs == 7
    assert config.architecture.sizes == [784, 100, 10]
    assert list(config.hydra.overrides.task) == [
        "loss=ce",
        "epochs=7",
        "architecture.sizes=[784,100,10]",
    ]


def test_hydra_config_is_set_to_the_last_composed_configuration() -> None:
    for loss in ("ce", "mse"):
        config = compose([f"loss={loss}"])
        assert DictConfig(HydraConfig.get()).runtime.choices.loss == loss
        assert config.optimizer.learning_rate == config.learning_rates.sigmoid[loss].sgd


def test_project_is_the_folder_of_this_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert (PROJECT / "run.py").is_file()
    assert CONF == PROJECT / "conf"
    assert Path(compose().dataset.root) == PROJECT / "data" / "mnist"


@pytest.mark.parametrize("override", ["epochz=3", "epochs=abc", "loss=none", "no_equals_sign"])
def test_overrides_that_do_not_fit_conf_are_refused(override: str) -> None:
    with pytest.raises((HydraException, ConfigError)):
        compose(shlex.split(override))
