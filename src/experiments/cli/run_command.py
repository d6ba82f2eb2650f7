"""The command line of `python run.py`: check it before Hydra reads it."""

import argparse
from collections.abc import Sequence

from hydra._internal.utils import get_args_parser

from experiments.configuration import check_overrides
from experiments.errors import ConfigError


def check_run_command(words: Sequence[str]) -> None:
    """Raise ConfigError, which names the word, unless Hydra can read every word."""
    parser = get_args_parser()
    parser.exit_on_error = False  # it would print twenty lines
    try:
        arguments, unknown = parser.parse_known_args(words)
    except argparse.ArgumentError as error:
        raise ConfigError(str(error)) from None
    if unknown:
        raise ConfigError(f"{unknown[0]}: no such option; see run.py --hydra-help")
    if arguments.experimental_rerun:
        raise ConfigError("--experimental-rerun does nothing here; use experiments repeat")
    check_overrides(arguments.overrides, multirun=arguments.multirun)
