"""The command `experiments`: what can be done with runs besides making them."""

import argparse
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from experiments.config import CONF, one_line, register
from experiments.errors import UserError
from experiments.job import Interrupted, interruptible

FULL_ERRORS = os.environ.get("HYDRA_FULL_ERROR") == "1"


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn what the user can mend into one line and exit code 1, an interruption into its code.

    Hydra is told to raise errors rather than print them; if HYDRA_FULL_ERROR=1 was in the
    environment everything is raised as it is.
    """
    os.environ["HYDRA_FULL_ERROR"] = "1"
    try:
        yield
    except Interrupted as error:
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    except Exception as error:
        if FULL_ERRORS or not _mendable(error):
            raise
        sys.stderr.write(f"error: {one_line(error)}\n")
        sys.exit(1)


def _mendable(error: Exception) -> bool:
    """Whether the user can mend it, rather than a mistake of this program.

    Hydra raises a plain ValueError for what its grammar allows but it cannot compose.
    """
    if isinstance(error, UserError | HydraException | OmegaConfBaseException | OSError):
        return True
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    raised_in = str(frame.f_globals["__name__"])
    return isinstance(error, ValueError) and raised_in.startswith("hydra.")


def sync(arguments: argparse.Namespace) -> None:
    """Bring MLflow up to date with what a folder records, in the store that it names."""
    from experiments import tracking

    uri = tracking.sync(arguments.folder)
    sys.stdout.write(f"MLflow is up to date: {uri}\n")


def ui(arguments: argparse.Namespace) -> None:
    """Serve a store on this machine until Ctrl-C, and open the browser on its runs."""
    from experiments import ui

    uri = arguments.uri or configured().tracking.uri
    ui.serve(uri, arguments.port, browse=not arguments.no_browser)


def configured() -> DictConfig:
    """Return the configuration of a run without overrides."""
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose("config")


def main() -> None:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="experiments", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser("sync", help="bring MLflow up to date with a folder's journals")
    command.add_argument("folder", type=Path, help="of a run or a sweep, under outputs/")
    command.set_defaults(do=sync)
    command = commands.add_parser("ui", help="browse the runs in MLflow")
    command.add_argument("--uri", help="of the store; else as for runs")
    command.add_argument("--port", type=int, default=5000)
    command.add_argument("--no-browser", action="store_true", help="only print the address")
    command.set_defaults(do=ui)
    arguments = parser.parse_args()
    interruptible()
    with one_line_errors():
        arguments.do(arguments)
