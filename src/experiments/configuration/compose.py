"""Composing a configuration from conf/ and a list of overrides, as `python run.py` does."""

import logging
from collections.abc import Sequence
from pathlib import Path

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from experiments.configuration.overrides import check_overrides
from experiments.configuration.schema import Schema

PROJECT = Path(__file__).resolve().parents[3]
"""The folder of this project."""
CONF = PROJECT / "conf"
"""The folder of the configuration files."""


def register() -> None:
    """Register the schema of conf/ and the resolver `project` with Hydra.

    `${project:data}` is the path of the folder `data` in this project.
    """
    logging.getLogger("hydra.utils").setLevel(
        logging.CRITICAL
    )  # it logs errors that it also raises
    ConfigStore.instance().store(name="schema", node=Schema)
    OmegaConf.register_new_resolver("project", lambda path: str(PROJECT / path), replace=True)


def compose(overrides: Sequence[str] = ()) -> DictConfig:
    """Return the configuration that `python run.py` gets for these overrides.

    The configuration contains Hydra's own node `hydra`. `HydraConfig` is set to it, because values
    like `${hydra:runtime.choices.loss}` are looked up there. Raise ConfigError, HydraException or
    OmegaConfBaseException if the overrides do not fit conf/.
    """
    check_overrides(overrides)
    register()
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        config = hydra.compose("config", list(overrides), return_hydra_config=True)
    HydraConfig.instance().set_config(config)
    return config
