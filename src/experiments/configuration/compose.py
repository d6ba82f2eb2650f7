"""Composing a configuration from conf/ and a list of overrides, as `python run.py` does."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

import hydra
from hydra._internal import config_loader_impl
from hydra._internal.hydra import Hydra
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from experiments.configuration.command_line import override, run_command
from experiments.configuration.group_choices import group_choices
from experiments.configuration.overrides import check_overrides
from experiments.configuration.places import CONF, PROJECT
from experiments.configuration.preset import Preset
from experiments.configuration.schema import REPLICATE, Schema
from experiments.configuration.sweep_configs import JobConfig, SweepConfigs
from experiments.configuration.yaml_files import register_reader


def register() -> None:
    """Register the schema of conf/, the reader of files and three resolvers with Hydra.

    A folder of configuration files that is missing, and -m with `hydra.mode=RUN`, become errors;
    Hydra only warns.
    `${project:data}` is the path of the folder `data` in this project, `${run_command:}` the
    command that executes run.py in the current folder, and `${group_choices:}` the text of
    `group_choices`.
    """
    logging.getLogger("hydra.utils").setLevel(
        logging.CRITICAL
    )  # it logs errors that it also raises
    warnings.filterwarnings("error", module=config_loader_impl.__name__.replace(".", r"\."))
    register_reader()
    warnings.filterwarnings("error", message=r"\s*Running Hydra app with --multirun")
    ConfigStore.instance().store(name="schema", node=Schema)
    OmegaConf.register_new_resolver("project", lambda path: str(PROJECT / path), replace=True)
    start = partial(run_command, [], multirun=False)
    OmegaConf.register_new_resolver("run_command", start, replace=True)
    OmegaConf.register_new_resolver("group_choices", group_choices, replace=True)


def compose(overrides: Sequence[str] = ()) -> DictConfig:
    """Return the configuration that `python run.py` gets for these overrides.

    The configuration contains Hydra's own node `hydra`. `HydraConfig` is set to it, because values
    like `${hydra:runtime.choices.loss}` are looked up there. Raise ConfigError, HydraException or
    OmegaConfBaseException if the overrides do not fit conf/.
    """
    check_overrides(overrides)
    register()
    with _no_other_hydra(), hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        config = hydra.compose("config", list(overrides), return_hydra_config=True)
    HydraConfig.instance().set_config(config)
    return config


def compose_each(jobs: Sequence[Sequence[str]]) -> Iterator[JobConfig]:
    """Yield the configuration of each job of a sweep, as `python run.py -m` composes it.

    Each is valid until the next one is composed. Raise as `compose` does.
    """
    for words in jobs:
        check_overrides(words)
    register()
    with _no_other_hydra(), hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        loader = cast(Hydra, GlobalHydra.instance().hydra).config_loader
        sweep = loader.load_configuration("config", [], run_mode=RunMode.MULTIRUN)
        configs = SweepConfigs(loader, sweep)
        for words in jobs:
            yield configs.compose(words)


def preset(name: str, config_dir: Path | str | None = None) -> Preset:
    """Return a preset of conf/, or of a folder that `--config-dir` names. Raise as `compose`."""
    return load_presets([name], config_dir)[name]


def load_presets(names: Sequence[str], config_dir: Path | str | None = None) -> dict[str, Preset]:
    """Return presets by name, each as `preset` does. The other files of conf/ are not read."""
    where = [] if config_dir is None else [Path(config_dir).absolute().as_uri()]
    search = [override("hydra.searchpath", [each]) for each in where]
    words = {name: [override(f"+{REPLICATE}", name), *search] for name in names}
    for each in words.values():
        check_overrides(each)
    register()
    with _no_other_hydra(), hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        nodes = {name: hydra.compose(None, words[name])[REPLICATE] for name in names}
    return {
        name: Preset.of(OmegaConf.to_container(node, resolve=False)) for name, node in nodes.items()
    }


@contextmanager
def _no_other_hydra() -> Iterator[None]:
    """Set Hydra's global state aside: `python run.py` has one, and Hydra allows only one."""
    program = GlobalHydra.instance().hydra
    GlobalHydra.instance().clear()
    try:
        yield
    finally:
        GlobalHydra.instance().hydra = program
