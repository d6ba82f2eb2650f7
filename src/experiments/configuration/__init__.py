"""The configuration: the types of conf/, composing it, building an experiment, command lines."""

from experiments.configuration.build import (
    build,
    choices,
    rebuild,
    recorded_config,
)
from experiments.configuration.command_line import experiments_command, override, run_command
from experiments.configuration.compose import CONF, PROJECT, compose, register
from experiments.configuration.experiment import Experiment
from experiments.configuration.messages import one_line
from experiments.configuration.naming import (
    experiment_overrides,
    group_of,
    job_names,
    run_name,
    without_seed,
)
from experiments.configuration.schema import CONTROL, DESCRIBED, GROUPS
from experiments.configuration.store_address import absolute_uri, sqlite_path, sqlite_uri

__all__ = [
    "CONF",
    "CONTROL",
    "DESCRIBED",
    "GROUPS",
    "PROJECT",
    "Experiment",
    "absolute_uri",
    "build",
    "choices",
    "compose",
    "experiment_overrides",
    "experiments_command",
    "group_of",
    "job_names",
    "one_line",
    "override",
    "rebuild",
    "recorded_config",
    "register",
    "run_command",
    "run_name",
    "sqlite_path",
    "sqlite_uri",
    "without_seed",
]
