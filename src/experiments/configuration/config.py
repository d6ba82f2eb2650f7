"""The types of conf/, and the way from a composed configuration to an `Experiment`.

The classes that `_target_` names are dataclasses: their fields are the options of the file that
names them, with their types, and their constructors check the ranges.
"""

import difflib
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, cast

from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException, MissingConfigException
from hydra.utils import get_class
from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from experiments.data.dataset import IDXDataset
from experiments.errors import ConfigError
from experiments.tracking.writer import SQLITE
from nn import Activation, Initializer, Loss, Optimizer, Schedule
from nn.network import check_sizes

PROJECT = Path(__file__).resolve().parents[3]
CONF = PROJECT / "conf"

T = TypeVar("T")


class Precision(Enum):
    """Of parameters and arithmetic."""

    float32 = "float32"
    float64 = "float64"


@dataclass
class Architecture:
    """Numbers of neurons from the input to the output layer."""

    sizes: list[int]


@dataclass
class Tracking:
    """Where MLflow keeps runs; nothing is tracked when ``uri`` is null."""

    experiment: str
    uri: str | None
    artifacts: str


@dataclass
class Schema:
    """The types of conf/config.yaml. What a group builds is typed by its `_target_`."""

    dataset: Any = MISSING
    architecture: Architecture = MISSING
    activation: Any = MISSING
    initializer: Any = MISSING
    loss: Any = MISSING
    optimizer: Any = MISSING
    schedule: Any = MISSING
    tracking: Tracking = MISSING
    epochs: int = MISSING
    batch_size: int = MISSING
    l2: float = MISSING
    seed: int = MISSING
    dtype: Precision = MISSING
    learning_rates: dict[str, dict[str, dict[str, float]]] = MISSING
    outputs: str = MISSING
    checkpoint_every: int = MISSING
    record_weights: list[int] = MISSING
    plan: bool = MISSING
    retry: bool = MISSING
    rerun: bool = MISSING


GROUPS = ("dataset", "architecture", "activation", "initializer", "loss", "optimizer", "schedule")
"""The groups of conf/ that say what a run is."""
DESCRIBED = (*GROUPS, "epochs", "batch_size", "l2", "seed", "dtype")
"""The parts of the configuration that say what a run is; the others say where and how it is done.
"""


@dataclass(frozen=True)
class Experiment:
    """Everything that decides a run's numbers, built and checked.

    Raises ValueError if a number is out of its range.
    """

    dataset: IDXDataset
    sizes: list[int]
    activation: Activation
    initializer: Initializer
    loss: Loss
    optimizer: Optimizer
    schedule: Schedule
    epochs: int
    batch_size: int
    l2: float
    seed: int
    dtype: str

    def __post_init__(self) -> None:
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not 0 <= self.l2 < math.inf:
            raise ValueError(f"l2 must be zero or positive, not {self.l2}")
        if self.seed < 0:
            raise ValueError(f"seed must be zero or positive, not {self.seed}")


def register() -> None:
    """Make the schema and the resolver `project`, a path below this project, known to Hydra."""
    logging.getLogger("hydra.utils").setLevel(logging.CRITICAL)  # what it says is raised, too
    ConfigStore.instance().store(name="schema", node=Schema)
    OmegaConf.register_new_resolver("project", lambda path: str(PROJECT / path), replace=True)


def build(config: DictConfig) -> Experiment:
    """Build what a composed configuration describes.

    Raises ConfigError, in one line, for a wrong type, an unknown option, a value out of range and
    layers that do not fit the data; DataError if the data cannot be read.
    """
    _check_keys(config)
    if not config.outputs:
        raise ConfigError("outputs is empty; it has to be a folder")
    if config.checkpoint_every < 1:
        raise ConfigError(
            f"checkpoint_every must be at least 1 epoch, not {config.checkpoint_every}"
        )
    _check_epochs(config)
    return experiment_of(config)


def experiment_of(config: DictConfig) -> Experiment:
    """Build what the parts of a configuration in `DESCRIBED` describe; raises as `build` does."""
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


def rebuild(recorded: Mapping[str, Any]) -> Experiment:
    """Build the experiment of a configuration as `plain` returned it; raises as `build` does."""
    described = {key: recorded[key] for key in DESCRIBED if key in recorded}
    try:
        config = OmegaConf.merge(OmegaConf.structured(Schema), described)
    except OmegaConfBaseException as error:
        raise ConfigError(one_line(error)) from None
    return experiment_of(cast(DictConfig, config))


def plain(config: DictConfig) -> dict[str, Any]:
    """Return the resolved configuration that a run records: what it is, and where it is tracked.

    A relative path of an SQLite store is made absolute: it is for other processes, too.
    """
    resolved = OmegaConf.to_container(config, resolve=True, enum_to_str=True)
    if not isinstance(resolved, dict):
        raise ConfigError("the configuration is not a mapping")
    uri = resolved["tracking"]["uri"]
    if uri is not None and uri.startswith(SQLITE):
        resolved["tracking"]["uri"] = SQLITE + str(Path(uri.removeprefix(SQLITE)).absolute())
    return {key: resolved[key] for key in (*DESCRIBED, "tracking")}


def choices(hydra: DictConfig) -> dict[str, str]:
    """Return the file chosen in each group of conf/, given Hydra's own node."""
    chosen = hydra.runtime.choices
    return {key: chosen[key] for key in chosen if key in Schema.__annotations__}


def _check_keys(config: DictConfig) -> None:
    for key in config:
        if key != "hydra" and key not in Schema.__annotations__:
            raise ConfigError(f"{key!s}: no such option")
    for key in Schema.__annotations__:
        if OmegaConf.is_missing(config, key) or config.get(key) is None:
            raise ConfigError(f"{key}: nothing is chosen")
    for key, kind in (("architecture", Architecture), ("tracking", Tracking)):
        try:
            OmegaConf.merge(OmegaConf.structured(kind), OmegaConf.to_container(config[key]))
        except OmegaConfBaseException as error:
            raise ConfigError(one_line(error, key)) from None
    if config.tracking.uri in ("", "sqlite://", "sqlite:///"):
        raise ConfigError("tracking.uri is empty; for no tracking choose tracking=none")


def _check_epochs(config: DictConfig) -> None:
    try:
        epochs = list(config.record_weights)
    except OmegaConfBaseException as error:
        raise ConfigError(one_line(error, "record_weights")) from None
    if not all(isinstance(epoch, int) and epoch >= 0 for epoch in epochs):
        raise ConfigError(f"record_weights must be epochs, 0 or more, not {epochs}")


def _sizes(config: DictConfig) -> list[int]:
    sizes = list(config.architecture.sizes)
    try:
        check_sizes(sizes)
    except ValueError as error:
        raise ConfigError(f"architecture.sizes: {error}") from None
    return sizes


def _instance(config: DictConfig, group: str, kind: type[T]) -> T:
    """Build the object that a group's `_target_` names, with its options converted and checked."""
    options = OmegaConf.to_container(config[group], resolve=True)
    if not isinstance(options, dict) or "_target_" not in options:
        raise ConfigError(f"{group}: has no _target_, the class to build")
    target = options.pop("_target_")
    try:
        cls = get_class(str(target))
    except (ImportError, ValueError) as error:
        raise ConfigError(f"{group}._target_: {one_line(error)}") from None
    if not issubclass(cls, kind):
        raise ConfigError(f"{group}._target_: {target} is not {kind.__module__}.{kind.__name__}")
    schema = OmegaConf.structured(cls)
    OmegaConf.set_readonly(schema, False)
    try:
        instance = OmegaConf.to_object(OmegaConf.merge(schema, options))
    except OmegaConfBaseException as error:
        raise ConfigError(one_line(error, group)) from None
    except ValueError as error:
        raise ConfigError(f"{group}.{error}") from None
    return cast(T, instance)


def _check_fit(experiment: Experiment) -> None:
    files = experiment.dataset.files()
    expected = (files.n_pixels, files.n_classes)
    if (experiment.sizes[0], experiment.sizes[-1]) != expected:
        raise ConfigError(
            f"architecture.sizes={experiment.sizes} does not fit the data: the first layer must"
            f" have {expected[0]} neurons, one a pixel, and the last {expected[1]}, one a class"
        )


def one_line(error: Exception, group: str = "") -> str:
    """Return what an error says as one line, with the place in conf/ and the nearest known name.

    ``group`` is the place of the node that an error of OmegaConf counts from.
    """
    cause = error.__cause__ if isinstance(error, HydraException) else error
    if isinstance(error, MissingConfigException) and error.options is not None:
        return f"no {error.missing_cfg_file}; there are {', '.join(error.options)}"
    if isinstance(cause, OSError) and cause.filename and cause.strerror:
        return f"{cause.filename}: {cause.strerror}"
    if not isinstance(cause, OmegaConfBaseException):
        return " ".join(str(error).split())
    reason = str(cause).splitlines()[0]
    place = ".".join(part for part in (group, cause.full_key) if part)
    if isinstance(cause, MissingMandatoryValue):
        return f"{place} has no value; give it one with {place}=..."
    hint = ""
    if cause.parent_node is not None and isinstance(cause.key, str):
        known = [str(key) for key in cause.parent_node]
        close = difflib.get_close_matches(cause.key, known, n=1)
        if cause.key not in known:
            hint = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"
    return f"{place}: {reason}{hint}"
