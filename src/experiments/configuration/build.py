"""From a composed configuration to an `Experiment`."""

import dataclasses
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, cast

import msgspec
from hydra.utils import get_class
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.configuration.checks import (
    check_control,
    check_integers,
    check_keys,
    check_types,
)
from experiments.configuration.command_line import override
from experiments.configuration.experiment import Experiment
from experiments.configuration.interpolations import check_interpolations
from experiments.configuration.messages import one_line
from experiments.configuration.places import CONF
from experiments.configuration.schema import (
    CHOSEN_BY_NAME,
    CONTROL,
    DESCRIBED,
    Schema,
)
from experiments.data import IDXDataset
from experiments.errors import ConfigError
from experiments.recording import RecordedConfig
from nn import Activation, Initializer, Loss, Optimizer, Schedule
from nn.network import check_sizes

SIZES = "architecture.sizes"
KINDS = {
    "dataset": IDXDataset,
    "activation": Activation,
    "initializer": Initializer,
    "loss": Loss,
    "optimizer": Optimizer,
    "schedule": Schedule,
}
"""The class of which each group has a subclass."""


def build(config: DictConfig) -> Experiment:
    """Return the experiment that a composed configuration describes.

    Raise ConfigError, in one line, for a wrong type, an unknown option, a value out of its range,
    and layers that do not fit the data. Raise DataError if the data cannot be read.
    """
    check_interpolations(config)
    check_keys(config)
    check_types(config)
    check_integers(config, (*DESCRIBED, *CONTROL))
    check_control(config)
    return experiment_of(config)


def experiment_of(config: DictConfig) -> Experiment:
    """Return the experiment, using only the keys in `DESCRIBED`; raise as `build` does."""
    with _errors_in_one_line():
        dataset = _instance(config, "dataset")
        experiment = Experiment(
            dataset=dataset,
            sizes=_sizes(config, dataset),
            activation=_instance(config, "activation"),
            initializer=_instance(config, "initializer"),
            loss=_instance(config, "loss"),
            optimizer=_instance(config, "optimizer"),
            schedule=_instance(config, "schedule"),
            epochs=config.epochs,
            batch_size=config.batch_size,
            l2=config.l2,
            seed=config.seed,
            dtype=config.dtype.value,
            backend=config.backend.value,
            test_curve=config.test_curve,
        )
    return _checked(experiment)


def changed_experiment(
    before: Experiment, config: DictConfig, changed: Collection[str]
) -> Experiment:
    """Return the experiment of a configuration that differs from that of another in some keys.

    These ``changed`` keys of conf/config.yaml have other numbers. Raise as `build` does.
    """
    parts = [key for key in DESCRIBED if key in changed]
    check_integers(config, parts)
    with _errors_in_one_line():
        others = {key: _instance(config, key) if key in KINDS else config[key] for key in parts}
        experiment = dataclasses.replace(before, **others)
    return _checked(experiment)


@contextmanager
def _errors_in_one_line() -> Iterator[None]:
    """Raise ConfigError instead of the errors of OmegaConf and of the classes in `nn`."""
    try:
        yield
    except OmegaConfBaseException as error:
        raise ConfigError(one_line(error)) from None
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _checked(experiment: Experiment) -> Experiment:
    """Return an experiment whose layers fit the data, of which there are enough."""
    _check_fit(experiment)
    experiment.dataset.check_classes()
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


def recorded_schedule(recorded: RecordedConfig) -> Schedule | None:
    """Return the schedule of a recorded configuration; None if its class is not there any more."""
    try:
        made = _instance(OmegaConf.create({"schedule": recorded.schedule}), "schedule")
    except ConfigError:
        return None
    return cast(Schedule, made)


def choices(hydra: DictConfig) -> dict[str, str]:
    """Return the file chosen in each group of conf/, given Hydra's own node."""
    chosen = hydra.runtime.choices
    return {key: chosen[key] for key in chosen if key in CHOSEN_BY_NAME}


def _sizes(config: DictConfig, dataset: IDXDataset) -> list[int]:
    """Return the sizes of the layers; the first and the last are those of the data if they fit."""
    sizes = list(config.architecture.sizes)
    for size in sizes:
        if not isinstance(size, int):
            raise ConfigError(
                f"architecture.sizes: a size must be a whole number, not {size}; with"
                " architecture.fit=true the data decide the first and the last one"
            )
    try:
        check_sizes(sizes)
    except ValueError as error:
        raise ConfigError(f"architecture.sizes: {error}") from None
    if config.architecture.fit:
        files = dataset.files()
        return [files.n_pixels, *sizes[1:-1], files.n_classes]
    return sizes


def _instance(config: DictConfig, group: str) -> Any:
    """Return an object of the class in a group's `_target_`, with its options checked."""
    options = OmegaConf.to_container(config[group], resolve=True)
    if not isinstance(options, dict) or "_target_" not in options:
        raise ConfigError(f"{group}: _target_ is missing; it names the class to build")
    schema = OmegaConf.structured(_class(group, str(options.pop("_target_")), KINDS[group]))
    OmegaConf.set_readonly(schema, False)
    try:
        return OmegaConf.to_object(OmegaConf.merge(schema, options))
    except OmegaConfBaseException as error:
        raise ConfigError(one_line(error, group)) from None
    except ValueError as error:
        raise ConfigError(f"{group}.{error}") from None


def _class(group: str, target: str, kind: type) -> type:
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
    expected = [files.n_pixels, *experiment.sizes[1:-1], files.n_classes]
    channels = files.train_images.shape[3:]
    each = "number of a pixel" if channels else "pixel"
    if experiment.sizes != expected:
        raise ConfigError(
            f"architecture.sizes={experiment.sizes} does not fit the data: the first layer must"
            f" have {expected[0]} neurons, one per {each}, and the last {expected[-1]}, one per"
            f" class; architecture.fit=true makes it {override(SIZES, expected)}"
        )
