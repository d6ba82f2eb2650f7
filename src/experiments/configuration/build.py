"""From a composed configuration to an `Experiment`, and to the configuration that a run records."""

import os
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
from hydra.utils import get_class
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.configuration.experiment import Experiment
from experiments.configuration.home import check_home
from experiments.configuration.interpolations import check_interpolations, variable_in
from experiments.configuration.messages import one_line
from experiments.configuration.places import CONF
from experiments.configuration.schema import (
    CHOSEN_BY_NAME,
    CONTROL,
    DESCRIBED,
    KEYS,
    Architecture,
    Schema,
    Tracking,
)
from experiments.configuration.store_address import EXAMPLES, absolute_uri, check_uri, sqlite_path
from experiments.data import FILES, IDXDataset
from experiments.errors import ConfigError
from experiments.recording import RecordedConfig
from nn import Activation, Initializer, Loss, Optimizer, Schedule
from nn.network import check_sizes

T = TypeVar("T")
LARGEST = 2**63 - 1
"""The largest whole number of an option, which programs that read the journals can hold."""
RECORDED = (*DESCRIBED, "tracking")
"""The keys that a run records."""
LONGEST = 200
"""Characters of a value in a message."""
IGNORED = ("MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID")
"""Environment variables of MLflow that say where its other programs write."""


def build(config: DictConfig) -> Experiment:
    """Return the experiment that a composed configuration describes.

    Raise ConfigError, in one line, for a wrong type, an unknown option, a value out of its range,
    and layers that do not fit the data. Raise DataError if the data cannot be read.
    """
    check_interpolations(config)
    _check_keys(config)
    _check_types(config)
    _check_integers(config)
    _check_control(config)
    return experiment_of(config)


def experiment_of(config: DictConfig) -> Experiment:
    """Return the experiment, using only the keys in `DESCRIBED`; raise as `build` does."""
    try:
        experiment = Experiment(
            dataset=_instance(config, "dataset", IDXDataset),
            sizes=_sizes(config),
            activation=_instance(config, "activation", Activation),
            initializer=_instance(config, "initializer", Initializer),
            loss=_instance(config, "loss", Loss),
            optimizer=_instance(config, "optimizer", Optimizer),
            schedule=_instance(config, "schedule", Schedule),
            epochs=config.epochs,
            batch_size=config.batch_size,
            l2=config.l2,
            seed=config.seed,
            dtype=config.dtype.value,
        )
    except OmegaConfBaseException as error:
        raise ConfigError(one_line(error)) from None
    except ValueError as error:
        raise ConfigError(str(error)) from None
    _check_fit(experiment)
    experiment.dataset.check_sizes()
    return experiment


def rebuild(recorded: RecordedConfig) -> Experiment:
    """Return the experiment of a recorded configuration; raise as `build` does.

    An option of the data that is newer than the record has its default.
    """
    described = {key: msgspec.to_builtins(getattr(recorded, key)) for key in DESCRIBED}
    newer = {"dataset": OmegaConf.load(CONF / "dataset" / "cut.yaml")}
    try:
        config = OmegaConf.merge(OmegaConf.structured(Schema), newer, described)
    except OmegaConfBaseException as error:
        raise ConfigError(one_line(error)) from None
    return experiment_of(cast(DictConfig, config))


def recorded_config(config: DictConfig) -> RecordedConfig:
    """Return the configuration that a run records: its experiment, and its MLflow store.

    All interpolations are resolved. The paths of an SQLite store and of its artifacts are made
    absolute, because other processes use them too. Raise ConfigError for a wrong type.
    """
    resolved = {key: _resolved(config, key) for key in RECORDED}
    tracking = resolved["tracking"]
    if tracking["uri"] is not None:
        tracking["uri"] = absolute_uri(tracking["uri"])
        tracking["artifacts"] = str(Path(tracking["artifacts"]).absolute())
    tracking["outputs"] = str(Path(config.outputs).absolute())
    try:
        return msgspec.convert(resolved, RecordedConfig)
    except msgspec.ValidationError as error:
        raise ConfigError(str(error)) from None


def choices(hydra: DictConfig) -> dict[str, str]:
    """Return the file chosen in each group of conf/, given Hydra's own node."""
    chosen = hydra.runtime.choices
    return {key: chosen[key] for key in chosen if key in KEYS}


def _check_keys(config: DictConfig) -> None:
    for key in config:
        if key != "hydra" and key not in KEYS:
            raise ConfigError(f"{key!s}: no such option")
    for key in KEYS:
        if OmegaConf.is_missing(config, key) or config.get(key) is None:
            raise ConfigError(f"{key}: nothing is chosen")
        if key in CHOSEN_BY_NAME and not isinstance(config[key], DictConfig):
            raise ConfigError(
                f"{key}={config[key]}: must be a dictionary; in a file the choice is written"
                f" `override /{key}: NAME` in its defaults list"
            )


def _check_types(config: DictConfig) -> None:
    """Check what is no class with options, which `_instance` checks."""
    hashes = config.dataset.get("sha256")
    for name in hashes if isinstance(hashes, DictConfig) else ():
        if name not in FILES:
            raise ConfigError(
                f"dataset.sha256.{name!s}: no such file; there are {', '.join(FILES)}"
            )
    for key, kind in (("architecture", Architecture), ("tracking", Tracking)):
        try:
            OmegaConf.merge(OmegaConf.structured(kind), OmegaConf.to_container(config[key]))
        except OmegaConfBaseException as error:
            raise ConfigError(one_line(error, key)) from None


def _check_integers(config: DictConfig) -> None:
    """Raise ConfigError for a whole number that does not fit into 64 bits."""
    for part in (*DESCRIBED, *CONTROL):
        for key, number in _integers(part, _resolved(config, part)):
            if abs(number) > LARGEST:
                raise ConfigError(
                    f"{key} can be at most {LARGEST} (2^63 - 1), not {str(number)[:LONGEST]}"
                )


def _resolved(config: DictConfig, key: str) -> Any:
    """Return the value of a key with its interpolations resolved, and names for enumerations."""
    value = config[key]
    if OmegaConf.is_config(value):
        return OmegaConf.to_container(value, resolve=True, enum_to_str=True)
    return value.name if isinstance(value, Enum) else value


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


def _check_control(config: DictConfig) -> None:
    """Check the values in `CONTROL`."""
    _check_folder("outputs", config.outputs)
    if config.tracking.uri is not None:
        _check_tracking(config.tracking)
    if config.checkpoint_every < 1:
        raise ConfigError(
            f"checkpoint_every must be at least 1 epoch, not {config.checkpoint_every}"
        )
    try:
        epochs = list(config.record_weights)
    except OmegaConfBaseException as error:
        raise ConfigError(one_line(error, "record_weights")) from None
    if not all(isinstance(epoch, int) and epoch >= 0 for epoch in epochs):
        raise ConfigError(f"record_weights must be a list of epochs, each 0 or more, not {epochs}")


def _check_folder(key: str, text: str) -> None:
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
        _check_folder("tracking.artifacts", tracking.artifacts)
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


def _sizes(config: DictConfig) -> list[int]:
    sizes = list(config.architecture.sizes)
    try:
        check_sizes(sizes)
    except ValueError as error:
        raise ConfigError(f"architecture.sizes: {error}") from None
    return sizes


def _instance(config: DictConfig, group: str, kind: type[T]) -> T:
    """Return an object of the class in a group's `_target_`, with its options checked."""
    options = OmegaConf.to_container(config[group], resolve=True)
    if not isinstance(options, dict) or "_target_" not in options:
        raise ConfigError(f"{group}: _target_ is missing; it names the class to build")
    schema = OmegaConf.structured(_class(group, str(options.pop("_target_")), kind))
    OmegaConf.set_readonly(schema, False)
    try:
        instance = OmegaConf.to_object(OmegaConf.merge(schema, options))
    except OmegaConfBaseException as error:
        raise ConfigError(one_line(error, group)) from None
    except ValueError as error:
        raise ConfigError(f"{group}.{error}") from None
    return cast(T, instance)


def _class(group: str, target: str, kind: type[T]) -> type[T]:
    """Return the class of that name, which must be a ``kind``."""
    try:
        cls = get_class(target)
    except (ImportError, ValueError) as error:
        problem = _import_problem(target, error.__cause__)
        raise ConfigError(f"{group}._target_: {problem}") from None
    if not issubclass(cls, kind):
        package = kind.__module__.rpartition(".")[0]
        raise ConfigError(f"{group}._target_: {target} is not a {package}.{kind.__name__}")
    return cls


def _import_problem(target: str, cause: BaseException | None) -> str:
    """Return why a class cannot be imported, given the error at the import of its module."""
    missing = isinstance(cause, ModuleNotFoundError) and f"{target}.".startswith(f"{cause.name}.")
    if cause is None or missing:
        return f"there is no class {target}"
    if isinstance(cause, SyntaxError):
        return f"{cause.filename}, line {cause.lineno}: {cause.msg}"
    return f"{target} cannot be imported: {' '.join(str(cause).split())}"


def _check_fit(experiment: Experiment) -> None:
    """Check that the first and the last layer fit the data."""
    files = experiment.dataset.files()
    expected = (files.n_pixels, files.n_classes)
    if (experiment.sizes[0], experiment.sizes[-1]) != expected:
        raise ConfigError(
            f"architecture.sizes={experiment.sizes} does not fit the data: the first layer must"
            f" have {expected[0]} neurons, one per pixel, and the last {expected[1]}, one per class"
        )
