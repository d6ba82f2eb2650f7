"""Checks of the values of a configuration that no class of `nn` or of the data checks."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.configuration.home import check_home
from experiments.configuration.interpolations import variable_in
from experiments.configuration.messages import one_line
from experiments.configuration.record import resolved_value
from experiments.configuration.schema import (
    ADDED,
    CHOSEN_BY_NAME,
    KEYS,
    REPLICATE,
    STUDY,
    Architecture,
    Tracking,
)
from experiments.configuration.store_address import EXAMPLES, check_uri, sqlite_path
from experiments.data import FILES
from experiments.errors import ConfigError

OF_EACH_FILE = ("file_names", "sha256", "gz_sha256")
"""The options of a data set that have a value for each file."""
LARGEST = 2**63 - 1
"""The largest whole number of an option, which programs that read the journals can hold."""
LONGEST = 200
"""Characters of a value in a message."""
IGNORED = ("MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID")
"""Environment variables of MLflow that say where its other programs write."""


def check_keys(config: DictConfig) -> None:
    """Raise ConfigError for a key that conf/config.yaml does not have, or one without a value."""
    if config.get(STUDY) is not None:
        raise ConfigError(f"+{STUDY}=...: a study needs -m")
    if config.get(REPLICATE) is not None:
        raise ConfigError(
            f"+{REPLICATE}=...: a preset with several settings needs -m and hydra/sweeper=grid"
        )
    for key in config:
        if key not in ("hydra", *ADDED, *KEYS):
            raise ConfigError(f"{key!s}: no such option")
    for key in KEYS:
        if OmegaConf.is_missing(config, key) or config.get(key) is None:
            raise ConfigError(f"{key}: nothing is chosen")
        if key in CHOSEN_BY_NAME and not isinstance(config[key], DictConfig):
            raise ConfigError(
                f"{key}={config[key]}: must be a dictionary; in a file the choice is written"
                f" `override /{key}: NAME` in its defaults list"
            )


def check_types(config: DictConfig) -> None:
    """Raise ConfigError for a wrong type below the keys that build no class."""
    for option in OF_EACH_FILE:
        given = config.dataset.get(option)
        for name in given if isinstance(given, DictConfig) else ():
            if name not in FILES:
                raise ConfigError(
                    f"dataset.{option}.{name!s}: no such file; there are {', '.join(FILES)}"
                )
    for key, kind in (("architecture", Architecture), ("tracking", Tracking)):
        try:
            OmegaConf.merge(OmegaConf.structured(kind), OmegaConf.to_container(config[key]))
        except OmegaConfBaseException as error:
            raise ConfigError(one_line(error, key)) from None


def check_integers(config: DictConfig, parts: Iterable[str]) -> None:
    """Raise ConfigError for a whole number below these keys that does not fit into 64 bits."""
    for part in parts:
        for key, number in _integers(part, resolved_value(config, part)):
            if abs(number) > LARGEST:
                raise ConfigError(
                    f"{key} can be at most {LARGEST} (2^63 - 1), not {str(number)[:LONGEST]}"
                )


def _integers(key: str, value: Any) -> Iterator[tuple[str, int]]:
    """Yield the keys of the whole numbers below ``key``, and the numbers."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _integers(f"{key}.{name}", each)
    elif isinstance(value, list):
        for each in value:
            yield from _integers(key, each)
    elif isinstance(value, int):
        yield key, value


def check_control(config: DictConfig) -> None:
    """Raise ConfigError for a wrong value below the keys in `CONTROL`."""
    check_folder("outputs", config.outputs)
    if config.tracking.uri is not None:
        _check_tracking(config.tracking)
    if config.checkpoint_every < 1:
        raise ConfigError(
            f"checkpoint_every must be at least 1 epoch, not {config.checkpoint_every}"
        )
    if config.test_curve and not config.score_test:
        raise ConfigError(
            "test_curve=true looks at the test set, which score_test=false leaves closed; leave out"
            " one of them"
        )
    _check_stops(config)
    try:
        epochs = list(config.record_weights)
    except OmegaConfBaseException as error:
        raise ConfigError(one_line(error, "record_weights")) from None
    if not all(isinstance(epoch, int) and epoch >= 0 for epoch in epochs):
        raise ConfigError(f"record_weights must be a list of epochs, each 0 or more, not {epochs}")


def _check_stops(config: DictConfig) -> None:
    """Raise ConfigError unless `stop_below` is a list of accuracies."""
    try:
        accuracies = list(config.stop_below)
    except OmegaConfBaseException as error:
        raise ConfigError(one_line(error, "stop_below")) from None
    if not all(isinstance(each, float) and 0 <= each <= 1 for each in accuracies):
        raise ConfigError(
            f"stop_below must be a list of accuracies from 0 to 1, one per epoch, not {accuracies}"
        )


def check_folder(key: str, text: str) -> None:
    """Raise ConfigError unless a text is the path of a folder, which need not exist."""
    if not text:
        raise ConfigError(f"{key} is empty; it has to be a folder")
    check_home(key, text)
    if "://" in text:
        raise ConfigError(f"{key}={text}: it has to be a folder, not an address")
    for path in (Path(text), *Path(text).parents):
        try:
            if not path.is_dir() and path.lstat():
                what = "this is" if path == Path(text) else f"{path} is"
                raise ConfigError(f"{key}={text[:LONGEST]}: {what} a file; it has to be a folder")
        except (FileNotFoundError, NotADirectoryError):
            pass  # it need not exist
        except (OSError, ValueError) as error:
            problem = getattr(error, "strerror", None) or error
            raise ConfigError(f"{key}={text[:LONGEST]}: cannot be a folder: {problem}") from None


def check_tracking_uri(tracking: DictConfig) -> None:
    """Raise ConfigError, which says where it is set, unless MLflow can have a store at the address.

    ``tracking`` is the chosen file of the group.
    """
    of_uri = variable_in(tracking, "uri")
    if not tracking.uri.strip() and of_uri:
        raise ConfigError(f"the environment variable {of_uri} is empty; unset it, or {EXAMPLES}")
    if not tracking.uri.strip():
        raise ConfigError("tracking.uri is empty; for no tracking choose tracking=none")
    try:
        check_uri(tracking.uri)
    except ConfigError as error:
        place = f"the environment variable {of_uri}: " if of_uri else ""
        raise ConfigError(f"{place}{error}") from None


def _check_tracking(tracking: DictConfig) -> None:
    check_tracking_uri(tracking)
    if sqlite_path(tracking.uri) is not None:  # a server has a place of its own
        check_folder("tracking.artifacts", tracking.artifacts)
    if not tracking.experiment.strip():
        of_name = variable_in(tracking, "experiment")
        place = f"the environment variable {of_name}" if of_name else "tracking.experiment"
        raise ConfigError(f"{place} is empty; it has to be a name")
    for name in IGNORED:
        if os.environ.get(name):
            raise ConfigError(
                f"the environment variable {name} does nothing here; unset it, and set"
                " MLFLOW_EXPERIMENT_NAME or tracking.experiment"
            )
