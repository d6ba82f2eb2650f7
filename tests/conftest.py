"""Fixtures of several test files."""

from collections.abc import Callable

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, open_dict

from experiments.configuration.config import CONF, register


@pytest.fixture(scope="session")
def composed() -> Callable[..., DictConfig]:
    """Return a function from overrides to the configuration that `run.py` would get for them.

    Hydra's own part of it is `HydraConfig.get()`, until the next call.
    """

    def compose_with(*overrides: str) -> DictConfig:
        register()
        with initialize_config_dir(str(CONF), version_base="1.3"):
            config = compose("config", list(overrides), return_hydra_config=True)
        HydraConfig.instance().set_config(config)
        with open_dict(config):
            del config.hydra
        return config

    return compose_with
