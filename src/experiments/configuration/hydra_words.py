"""Overrides of Hydra's own options and of its groups: refuse those that do nothing here."""

from hydra.core.override_parser.types import Override

from experiments.errors import ConfigError

HONOURED = ("callbacks", "launcher", "mode", "searchpath", "sweeper")
"""The parts of Hydra's node that a command may change."""
OF_A_SWEEP = ("launcher", "sweeper")
"""The parts that only a sweep uses."""
OF_THE_PROGRAM = "early_checks"
"""The callback that checks the options of Hydra."""
LAUNCHERS = ("parallel", "dask", "slurm")
"""The launchers that record a sweep: files of conf/hydra/launcher."""
ONE_AT_A_TIME = (
    "no other launcher records a sweep; for one run at a time write hydra.launcher.processes=1"
    " hydra.launcher.lockstep=1"
)
LOGS = "; this program writes no log of Hydra"
WITHOUT_EFFECT = {
    "run.dir": "; records are in `outputs`",
    "sweep.dir": "; records are in `outputs`",
    "sweep.subdir": "; records are in `outputs`",
    "output_subdir": "; the configuration is in the journal of the run",
    "job.chdir": "; the working directory stays the same",
    "job.env_set": "; set environment variables in the shell",
    "job.env_copy": "; all environment variables are kept",
    "job_logging": LOGS,
    "hydra_logging": LOGS,
}
"""Options that a file of conf/ may set by mistake, and what happens instead."""
SWEEP = "hydra.mode=MULTIRUN"
"""The override that does the same as -m."""


def check_hydra_word(word: str, parsed: Override, *, multirun: bool) -> None:
    """Raise ConfigError if an override of Hydra's own options does nothing in this project.

    ``word`` is the override as it was written, for the message.
    """
    first, *parts = parsed.key_or_group.replace("/", ".").split(".")
    if first != "hydra":
        return
    if not parts:
        raise ConfigError(f"{word}: hydra is no option; run.py --cfg hydra prints its options")
    if parsed.is_delete() and (parts[0] != "callbacks" or len(parts) == 1):
        raise ConfigError(f"{word}: options of Hydra cannot be taken away")
    if parts[0] not in HONOURED:
        raise refusal(word, ".".join(parts))
    if parsed.package is not None:
        raise ConfigError(f"{word}: leave out the @ and what follows it before the =")
    if parsed.is_sweep_override():
        raise ConfigError(f"{word}: an option of Hydra has one value for all runs")
    if parts[0] == "callbacks":
        _check_callbacks(word, parts[1:], parsed)
    if parts[0] in OF_A_SWEEP:
        _check_part_of_a_sweep(word, parts[0], parsed, multirun=multirun)


def _check_callbacks(word: str, parts: list[str], parsed: Override) -> None:
    """Raise ConfigError unless an override adds callbacks, or takes away those that were added."""
    if parts[:1] == [OF_THE_PROGRAM]:
        raise ConfigError(f"{word}: {OF_THE_PROGRAM} checks the options of Hydra, and always stays")
    value = parsed.value()
    if not parts and "/" not in parsed.key_or_group:
        if not isinstance(value, dict) or not all(map(_is_callback, value.values())):
            raise ConfigError(f"{word}: callbacks are written {{NAME:{{_target_:PACKAGE.CLASS}}}}")
        if OF_THE_PROGRAM in value:
            raise ConfigError(
                f"{word}: {OF_THE_PROGRAM} checks the options of Hydra, and always stays"
            )
    if len(parts) == 1 and not parsed.is_delete() and not _is_callback(value):
        raise ConfigError(f"{word}: a callback is written {{_target_:PACKAGE.CLASS}}")


def _is_callback(value: object) -> bool:
    return isinstance(value, dict) and "_target_" in value


def _check_part_of_a_sweep(word: str, part: str, parsed: Override, *, multirun: bool) -> None:
    """Raise ConfigError for an override of the launcher or the sweeper that counts for nothing."""
    if not multirun:
        raise ConfigError(f"{word}: only a sweep has a {part}; a sweep needs -m")
    if "/" not in parsed.key_or_group:
        return
    if parsed.is_add() or parsed.is_force_add():
        raise ConfigError(f"{word}: hydra/{part} is chosen already; leave out the +")
    if not isinstance(parsed.value(), str) or not parsed.value():
        raise ConfigError(f"{word}: write the name of a file, such as hydra/sweeper=grid")
    if part == "launcher" and parsed.value() not in LAUNCHERS:
        raise ConfigError(f"{word}: {ONE_AT_A_TIME}")


def refusal(word: str, option: str) -> ConfigError:
    """Return the error about an option of Hydra that does nothing here."""
    known = WITHOUT_EFFECT.get(option) or WITHOUT_EFFECT.get(option.partition(".")[0], "")
    return ConfigError(f"{word}: this option of Hydra does nothing here{known}")
