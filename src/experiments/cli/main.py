"""The program `experiments`: read the command line and execute the command."""

import argparse
import sys
from typing import Any, NoReturn

from experiments.cli import (
    compare,
    doctor,
    export,
    repeat,
    replicate,
    report,
    server,
    status,
    sync,
    tuned,
    ui,
    verify,
)
from experiments.cli.error_lines import one_line_errors
from experiments.cli.left_out import said_what_is_left_out
from experiments.configuration import PROJECT
from experiments.interruption import Interruption

COMMANDS = (
    *(status, compare, tuned, report, export, replicate),
    *(ui, sync, server, repeat, verify, doctor),
)
"""The modules of the commands, in the order of `experiments --help`."""
EXAMPLES = """\
examples:
  experiments status                    the newest sweep: its runs, and the time that they need
  experiments compare loss              is cross-entropy better than the quadratic cost?
  experiments compare loss optimizer    two factors: the effect of each, and their interaction
  experiments report                    figures and verdicts about the newest sweep, one HTML file
  experiments export my-runs            the results of the newest sweep as Parquet files

experiments COMMAND --help describes a command.
"""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong with the command line, and end the program."""
        self.exit(2, f"error: {' '.join(message.split())}; see {self.prog} --help\n")


class CommandParser(Parser):
    """The parser of a command: its options may stand before, between or after its other words."""

    _intermixed = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Return the arguments and the words that are none, as ArgumentParser does."""
        if self._intermixed:  # by a call of the method below
            return super().parse_known_args(args, namespace)
        self._intermixed = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._intermixed = False


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = Parser(
        prog="experiments",
        description="Inspect, compare and export runs that `run.py` has made.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", parser_class=CommandParser)
    for command in COMMANDS:
        command.add_parser(commands)
    return top


def main() -> None:
    """Execute the command of the command line; without one, list the commands."""
    interruption = Interruption()
    with one_line_errors():
        top = parser()
        arguments = top.parse_args(namespace=argparse.Namespace(interruption=interruption))
        if not hasattr(arguments, "run"):
            top.print_help()
            return
        interruption.install()
        _find_own_modules()
        with said_what_is_left_out():
            arguments.run(arguments)


def _find_own_modules() -> None:
    """Let classes of the reader's modules beside run.py be imported, as run.py imports them."""
    if str(PROJECT) not in sys.path:
        sys.path.insert(0, str(PROJECT))
