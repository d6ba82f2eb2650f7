"""From a composed configuration to an `Experiment`, and to the configuration that a run records."""

import os
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
from hydra.utils import get_class
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.configuration.compose import CONF
from experiments.configuration.experiment import Experiment
from experiments.configuration.interpolations import check_interpolations
from experiments.configuration.messages import one_line
from experiments.configuration.schema import DESCRIBED, KEYS, Architecture, Schema, Tracking
from experiments.configuration.store_address import absolute_uri, check_uri, sqlite_path
from experiments.data import IDXDataset
from experiments.errors import ConfigError
from experiments.recording import RecordedConfig
from nn import Activation, Initializer, Loss, Optimizer, Schedule
from nn.network import check_sizes

T = TypeVar("T")
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
    ours = OmegaConf.masked_copy(config, list(KEYS))
    resolved = cast(dict[str, Any], OmegaConf.to_container(ours, resolve=True, enum_to_str=True))
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


def _check_types(config: DictConfig) -> None:
    """Check the groups that are no classes with options, which `_instance` checks."""
    for key, kind in (("architecture", Architecture), ("tracking", Tracking)):
        try:
            OmegaConf.merge(OmegaConf.structured(kind), OmegaConf.to_container(config[key]))
        except OmegaConfBaseException as error:
            raise ConfigError(one_line(error, key)) from None


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
    if "://" in text:
        raise ConfigError(f"{key}={text}: it has to be a folder, not an address")
    if os.path.lexists(text) and not Path(text).is_dir():
        raise ConfigError(f"{key}={text}: this is a file; it has to be a folder")


def _check_tracking(tracking: DictConfig) -> None:
    if not tracking.uri:
        raise ConfigError("tracking.uri is empty; for no tracking choose tracking=none")
    check_uri(tracking.uri)
    if sqlite_path(tracking.uri) is not None:  # a server has a place of its own
        _check_folder("tracking.artifacts", tracking.artifacts)
    if not tracking.experiment.strip():
        raise ConfigError("tracking.experiment is empty; it has to be a name")
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
