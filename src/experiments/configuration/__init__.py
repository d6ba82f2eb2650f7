"""The configuration: the types of conf/, composing it, building an experiment, command lines."""

from experiments.configuration.build import (
    build,
    changed_experiment,
    choices,
    rebuild,
    recorded_schedule,
)
from experiments.configuration.checks import check_folder, check_tracking_uri
from experiments.configuration.command_line import (
    Value,
    experiments_command,
    first_sweep,
    install_command,
    override,
    program,
    run_command,
)
from experiments.configuration.compose import (
    compose,
    compose_each,
    load_presets,
    preset,
    register,
)
from experiments.configuration.defaults_lists import circle
from experiments.configuration.experiment import Experiment
from experiments.configuration.group_choices import choosable
from experiments.configuration.home import check_home, expanded, in_home
from experiments.configuration.hydra_options import (
    check_hydra_options,
    check_same_for_all,
    overrides_of,
    own_config_dir,
)
from experiments.configuration.main_file import check_main_file
from experiments.configuration.messages import file_being_read, one_line
from experiments.configuration.naming import (
    experiment_overrides,
    group_of,
    job_names,
    options_of_choices,
    run_name,
    short_form,
    with_sizes,
    without_seed,
)
from experiments.configuration.overrides import (
    MOST_VALUES,
    check_overrides,
    override_parser,
)
from experiments.configuration.places import CONF, PROJECT
from experiments.configuration.preset import (
    BEST,
    HIGHEST,
    INITIAL,
    LOWEST,
    TIE,
    Case,
    Claim,
    Neuron,
    Number,
    Preset,
    own_words,
    preset_name,
)
from experiments.configuration.rates_file import write_rates
from experiments.configuration.record import changed_record, recorded_config
from experiments.configuration.schema import (
    CONTROL,
    DESCRIBED,
    GROUPS,
    PARTS,
    REPLICATE,
    STUDY,
    TEST_CURVE,
    Backend,
)
from experiments.configuration.store_address import (
    absolute_uri,
    check_uri,
    sqlite_path,
    sqlite_uri,
)
from experiments.configuration.store_checks import check_store, deleted_experiment, restorable
from experiments.configuration.store_passwords import check_no_password, without_password
from experiments.configuration.sweep_configs import JobConfig, Shape, SweepConfigs
from experiments.configuration.typed_nodes import typed_node

__all__ = [
    "BEST",
    "CONF",
    "CONTROL",
    "DESCRIBED",
    "GROUPS",
    "HIGHEST",
    "INITIAL",
    "LOWEST",
    "MOST_VALUES",
    "PARTS",
    "PROJECT",
    "REPLICATE",
    "STUDY",
    "TEST_CURVE",
    "TIE",
    "Backend",
    "Case",
    "Claim",
    "Experiment",
    "JobConfig",
    "Neuron",
    "Number",
    "Preset",
    "Shape",
    "SweepConfigs",
    "Value",
    "absolute_uri",
    "build",
    "changed_experiment",
    "changed_record",
    "check_folder",
    "check_home",
    "check_hydra_options",
    "check_main_file",
    "check_no_password",
    "check_overrides",
    "check_same_for_all",
    "check_store",
    "check_tracking_uri",
    "check_uri",
    "choices",
    "choosable",
    "circle",
    "compose",
    "compose_each",
    "deleted_experiment",
    "expanded",
    "experiment_overrides",
    "experiments_command",
    "file_being_read",
    "first_sweep",
    "group_of",
    "in_home",
    "install_command",
    "job_names",
    "load_presets",
    "one_line",
    "options_of_choices",
    "override",
    "override_parser",
    "overrides_of",
    "own_config_dir",
    "own_words",
    "preset",
    "preset_name",
    "program",
    "rebuild",
    "recorded_config",
    "recorded_schedule",
    "register",
    "restorable",
    "run_command",
    "run_name",
    "short_form",
    "sqlite_path",
    "sqlite_uri",
    "typed_node",
    "with_sizes",
    "without_password",
    "without_seed",
    "write_rates",
]
