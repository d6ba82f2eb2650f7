"""The configuration: the types of conf/, composing it, building an experiment, command lines."""

from experiments.configuration.build import (
    build,
    choices,
    rebuild,
    recorded_config,
)
from experiments.configuration.command_line import (
    experiments_command,
    override,
    program,
    run_command,
)
from experiments.configuration.compose import CONF, PROJECT, compose, register
from experiments.configuration.experiment import Experiment
from experiments.configuration.hydra_options import (
    check_hydra_options,
    check_same_for_all,
    overrides_of,
)
from experiments.configuration.messages import file_being_read, one_line
from experiments.configuration.naming import (
    experiment_overrides,
    group_of,
    job_names,
    run_name,
    without_seed,
)
from experiments.configuration.overrides import (
    MOST_VALUES,
    check_overrides,
    override_parser,
)
from experiments.configuration.schema import CONTROL, DESCRIBED, GROUPS
from experiments.configuration.store_address import (
    absolute_uri,
    check_uri,
    sqlite_path,
    sqlite_uri,
)

__all__ = [
    "CONF",
    "CONTROL",
    "DESCRIBED",
    "GROUPS",
    "MOST_VALUES",
    "PROJECT",
    "Experiment",
    "absolute_uri",
    "build",
    "check_hydra_options",
    "check_overrides",
    "check_same_for_all",
    "check_uri",
    "choices",
    "compose",
    "experiment_overrides",
    "experiments_command",
    "file_being_read",
    "group_of",
    "job_names",
    "one_line",
    "override",
    "override_parser",
    "overrides_of",
    "program",
    "rebuild",
    "recorded_config",
    "register",
    "run_command",
    "run_name",
    "sqlite_path",
    "sqlite_uri",
    "without_seed",
]
