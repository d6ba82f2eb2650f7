"""The command line of `python run.py`: check it before Hydra reads it."""

import argparse
import os
from collections.abc import Sequence

from hydra._internal.utils import get_args_parser

from experiments.configuration import (
    REPLICATE,
    check_main_file,
    check_overrides,
    experiments_command,
    own_words,
    preset,
    preset_name,
)
from experiments.errors import ConfigError

OPTIONS = ("config-dir", "config-name", "config-path", "package")
"""The options of Hydra that take a text."""


def check_run_command(words: Sequence[str]) -> list[str]:
    """Return the words of a command line, with the overrides for which a preset stands.

    Raise ConfigError, which names the word, unless Hydra can read every word.
    """
    parser = get_args_parser()
    parser.exit_on_error = False  # it would print twenty lines
    try:
        arguments, unknown = parser.parse_known_args(words)
    except argparse.ArgumentError as error:
        raise ConfigError(str(error)) from None
    if unknown:
        raise ConfigError(f"{unknown[0]}: {_unknown(unknown[0])}")
    for option in OPTIONS:
        if getattr(arguments, option.replace("-", "_")) == "":
            raise ConfigError(f"--{option} is empty")
    if arguments.experimental_rerun:
        raise ConfigError("--experimental-rerun does nothing here; use experiments repeat")
    if arguments.package is not None and not arguments.cfg:
        raise ConfigError("--package does nothing without --cfg")
    if arguments.config_name is not None or arguments.config_path is not None:
        check_main_file(arguments.config_name, arguments.config_path, arguments.config_dir)
    _check_help(arguments)
    check_overrides(arguments.overrides, multirun=arguments.multirun)
    return _without_preset(words, arguments)


def _without_preset(words: Sequence[str], arguments: argparse.Namespace) -> list[str]:
    """Return the words with a preset of one case written out. A sweep does the other presets."""
    name = preset_name(arguments.overrides)
    if name is None:
        return list(words)
    chosen = preset(name, arguments.config_dir)
    if not chosen.trains:
        raise ConfigError(
            f"+{REPLICATE}={name}: it trains no network; {_command(name)} computes it"
        )
    first, *others = chosen.all_cases
    if others and not arguments.multirun:
        raise ConfigError(
            f"+{REPLICATE}={name}: it has {len(others) + 1} settings, which are a sweep: add -m"
        )
    if others:
        return list(words)
    options = [word for word in words if word not in arguments.overrides]
    return [*options, *chosen.words(first, own_words(arguments.overrides))]


def _command(name: str) -> str:
    return experiments_command("replicate", name)


def _check_help(arguments: argparse.Namespace) -> None:
    """Raise ConfigError for words that make no sense beside an option that only prints."""
    for option in ("help", "hydra_help", "shell_completion"):
        if getattr(arguments, option) and arguments.multirun:
            raise ConfigError(f"--{option.replace('_', '-')} is no sweep; leave out -m")
    if arguments.hydra_help and arguments.overrides:
        raise ConfigError(f"{arguments.overrides[0]}: --hydra-help takes no other words")
    queries = [each for each in arguments.overrides if each.startswith("query=")]
    if arguments.shell_completion and queries and "COMP_LINE" not in os.environ:
        raise ConfigError(f"{queries[0]}: only the shell asks this; write install=SHELL")


def _unknown(word: str) -> str:
    """Return the mistake in a word that the parser does not know."""
    if word.startswith("-"):
        return "no such option; see run.py --help or --hydra-help"
    return "the words KEY=VALUE must follow each other; write options such as -m before them"
