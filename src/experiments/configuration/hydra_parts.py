"""The launcher, the sweeper and the callbacks in Hydra's node, checked before Hydra makes them."""

from collections.abc import Mapping
from typing import Any

from hydra.core.plugins import Plugins
from hydra.experimental.callback import Callback
from hydra.plugins.sweeper import Sweeper
from hydra.utils import get_class

from experiments.configuration.command_line import override
from experiments.configuration.hydra_words import OF_THE_PROGRAM, ONE_AT_A_TIME
from experiments.errors import ConfigError

LAUNCHER = "hydra_plugins.parallel_launcher.ParallelLauncher"
LAUNCHERS = (
    LAUNCHER,
    "hydra_plugins.dask_launcher.DaskLauncher",
    "hydra_plugins.dask_launcher.QueueLauncher",
)
BASIC_SWEEPER = "hydra._internal.core_plugins.basic_sweeper.BasicSweeper"
CHECKS = "experiments.cli.early_checks.EarlyChecks"


def check_parts(hydra: Mapping[str, Any], *, multirun: bool) -> None:
    """Raise ConfigError unless Hydra can make the launcher, the sweeper and the callbacks.

    ``hydra`` is Hydra's node with its values as they were written.
    """
    _check_launcher(hydra["launcher"])
    sweeper = _target("sweeper", hydra["sweeper"])
    if sweeper not in _names_of_sweepers():
        raise ConfigError(
            f"hydra.sweeper._target_={_written(sweeper)}: this is no sweeper of Hydra; choose a"
            " file with hydra/sweeper=NAME"
        )
    if sweeper == BASIC_SWEEPER:
        raise ConfigError(
            "hydra/sweeper=basic: its ranges are not exact, and a sorted one can have other values;"
            " leave it out: hydra/sweeper=grid takes the same words"
        )
    for name, value in hydra["sweeper"].items():
        if name != "params" and _contains_dictionary(value):
            raise ConfigError(f"hydra.sweeper.{name} must be one value, not {_written(value)}")
    params = hydra["sweeper"].get("params")
    if params and not multirun:
        raise ConfigError(f"hydra.sweeper.params={_written(params)}: a sweep needs -m")
    _check_params(params)
    _check_callbacks(hydra["callbacks"])


def _check_launcher(options: Any) -> None:
    """Raise ConfigError unless Hydra can make the launcher, and it records a sweep."""
    launcher = _target("launcher", options)
    if launcher not in LAUNCHERS:
        raise ConfigError(f"hydra.launcher._target_={_written(launcher)}: {ONE_AT_A_TIME}")
    for name, value in options.items():
        if _contains_dictionary(value):  # Hydra would call what it names
            kind = "a whole number" if name in ("processes", "lockstep") else "one value"
            raise ConfigError(f"hydra.launcher.{name} must be {kind}, not {_written(value)}")


def _target(part: str, options: Any) -> Any:
    """Return the class in the options of the launcher or of the sweeper."""
    if not isinstance(options, dict):
        raise ConfigError(
            f"hydra.{part}={_written(options)}: choose a file with hydra/{part}=NAME; its options"
            f" are written hydra.{part}.OPTION=VALUE"
        )
    return options.get("_target_")


def _names_of_sweepers() -> list[str]:
    return [f"{each.__module__}.{each.__name__}" for each in Plugins.instance().discover(Sweeper)]


def _check_params(params: Any) -> None:
    """Raise ConfigError unless the parameters of a sweep are a dictionary of overrides."""
    if params is None:
        return
    if not isinstance(params, dict):
        raise ConfigError(
            f"hydra.sweeper.params={_written(params)}: must be a dictionary, for example"
            ' {seed: "1,2"}'
        )
    for key, value in params.items():
        if not isinstance(key, str) or key.startswith("_"):
            raise ConfigError(f"hydra.sweeper.params: its keys are options such as seed, not {key}")
        if key.lstrip("+~").replace("/", ".").partition(".")[0] == "hydra":
            raise ConfigError(
                f"hydra.sweeper.params: {key} has one value for all runs; write it on the command"
                " line"
            )
        if _contains_dictionary(value):
            raise ConfigError(
                f'hydra.sweeper.params.{key}: must be values as on the command line, such as "1,2"'
            )


def _contains_dictionary(value: Any) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(map(_contains_dictionary, value))
    )


def _check_callbacks(callbacks: Any) -> None:
    """Raise ConfigError for a callback that is none: Hydra would only warn."""
    if (_options(callbacks).get(OF_THE_PROGRAM) or {}) != {"_target_": CHECKS}:
        raise ConfigError(
            f"hydra.callbacks.{OF_THE_PROGRAM}: it checks the options of Hydra, and always stays"
        )
    for name, options in callbacks.items():
        target = _options(options).get("_target_")
        try:
            found = get_class(str(target))
        except (ImportError, ValueError):
            found = None
        if found is None or not issubclass(found, Callback):
            raise ConfigError(
                f"hydra.callbacks.{name}._target_={_written(target)}: this is no class of callbacks"
                " of Hydra"
            )


def _options(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _written(value: Any) -> str:
    """Return a value as it is written on the command line."""
    if isinstance(value, dict):
        return f"{{{','.join(f'{key}:{_written(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_written, value))}]"
    return override("", value).removeprefix("=")
