"""Arguments that several commands share: the folder of the records, the MLflow store, the sweep."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from omegaconf import DictConfig

from experiments.cli import values
from experiments.configuration import (
    absolute_uri,
    check_tracking_uri,
    check_uri,
    compose,
    expanded,
    experiments_command,
    override,
)
from experiments.errors import ConfigError
from experiments.interruption import Interruption

if TYPE_CHECKING:
    from experiments.results import SweepSummary

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""The commands of a parser. Each module of a command adds its own."""
WIDTH = 78
"""The width of the sentences in a help text."""


def command_parser(
    commands: Commands,
    name: str,
    *,
    summary: str,
    text: str,
    examples: Mapping[str, Sequence[str]],
    parents: Sequence[argparse.ArgumentParser],
) -> argparse.ArgumentParser:
    """Add the parser of a command, and return it.

    ``summary`` is its line in the list of commands. Its help has the sentences of ``text``, and
    ``examples``: the words of a command by what it does.
    """
    lines = [f"  {what}\n    {experiments_command(*words)}" for what, words in examples.items()]
    return commands.add_parser(
        name,
        parents=list(parents),
        help=summary,
        description=textwrap.fill(text, WIDTH),
        epilog="\n".join(["examples:", *lines]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


class Interruptible(Protocol):
    """The handler of signals that `main` has installed."""

    interruption: Interruption


class OutputsArguments(Protocol):
    """The argument of `outputs_parser`."""

    outputs: Path | None


class StoreArguments(Protocol):
    """The argument of `store_parser`."""

    uri: str | None


class SweepArguments(OutputsArguments, StoreArguments, Protocol):
    """The arguments of `outputs_parser`, `store_parser` and `sweep_parser`."""

    sweep: str | None
    all: bool


def outputs_parser() -> argparse.ArgumentParser:
    """Return a parser of `--outputs`, to be a parent of other parsers."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--outputs",
        type=values.folder,
        metavar="FOLDER",
        help="the outputs folder (default: `outputs` in conf/config.yaml)",
    )
    return parser


def absolute_store(text: str) -> str:
    """Return the address of a store. Raise ArgumentTypeError if MLflow has no such store."""
    text = expanded(text)
    try:
        check_uri(text)
    except ConfigError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return absolute_uri(text)


def store_parser() -> argparse.ArgumentParser:
    """Return a parser of `--uri`, to be a parent of other parsers."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument(
        "--uri",
        type=absolute_store,
        help="the MLflow store: sqlite:///FILE or http://HOST:PORT",
    )
    return parser


def sweep_parser() -> argparse.ArgumentParser:
    """Return a parser of `--sweep` and `--all`, to be a parent of other parsers."""
    parser = argparse.ArgumentParser(add_help=False)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--sweep",
        type=values.identifier,
        metavar="ID",
        help="the first characters of a sweep's id (default: the newest)",
    )
    which.add_argument("--all", action="store_true", help="use all runs instead of one sweep")
    return parser


def default_configuration(outputs: Path | None) -> DictConfig:
    """Return the default configuration, with records in ``outputs``."""
    return compose([override("outputs", str(outputs))] if outputs else [])


def chosen_outputs(arguments: OutputsArguments) -> Path:
    """Return the folder of the records: `--outputs`, or else the folder in conf/."""
    if arguments.outputs is not None:
        return arguments.outputs.absolute()
    return Path(default_configuration(None).outputs).absolute()


def store_uri(arguments: StoreArguments, outputs: Path | None = None) -> str | None:
    """Return the address of the MLflow store: `--uri`, or else the address in conf/.

    The address in conf/ depends on the folder of the records, ``outputs``. It is None if runs are
    not tracked. Raise ConfigError if MLflow has no store at the address in conf/.
    """
    if arguments.uri is not None:
        return arguments.uri
    tracking = default_configuration(outputs).tracking
    if tracking.uri is None:
        return None
    check_tracking_uri(tracking)
    return absolute_uri(tracking.uri)


def runs_source(arguments: SweepArguments) -> Path | str:
    """Return where to read runs: the MLflow store of `--uri`, or else the folder of the records."""
    return chosen_outputs(arguments) if arguments.uri is None else arguments.uri


def chosen_sweep(arguments: SweepArguments, source: Path | str) -> SweepSummary | None:
    """Return the sweep of `--sweep`, or else the newest; None with `--all` or without a sweep."""
    from experiments.results import find_sweep  # imports pandas

    return None if arguments.all else find_sweep(source, arguments.sweep)


def mention_other_runs(
    arguments: SweepArguments, source: Path | str, sweep: SweepSummary | None
) -> None:
    """Say on stderr if the newest sweep is used without being asked for, and there are other runs.

    A command calls this when nothing can fail any more, so that an error is a line alone.
    """
    if sweep and arguments.sweep is None:
        sys.stderr.write(_other_runs(source, sweep.id))


def _other_runs(source: Path | str, sweep: str) -> str:
    """Return a line about the runs outside of the newest sweep, or nothing if there are none."""
    from experiments.results import count_runs

    n_swept, n_all = count_runs(source, sweep)
    if n_swept == n_all:
        return ""
    return f"Only the newest sweep, {sweep}: {n_swept} of {n_all} runs; --all takes all runs.\n"
