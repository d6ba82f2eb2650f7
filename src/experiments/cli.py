"""The command `experiments`: what can be done with runs besides making them."""

import experiments.startup  # noqa: F401, I001 - before everything else
import argparse
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from experiments.config import CONF, one_line, register
from experiments.errors import UserError
from experiments.interruption import Interrupted, Interruption
from experiments.writer import SETTINGS

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
        sys.stderr.write(f"error: {one_line(error) or type(error).__name__}\n")
        sys.exit(1)


def _mendable(error: Exception) -> bool:
    """Whether the user can mend it, rather than a mistake of this program.

    Hydra raises a plain ValueError or TypeError for what its grammar allows but it cannot compose.
    """
    if isinstance(
        error, UserError | HydraException | OmegaConfBaseException | OSError | MemoryError
    ):
        return True
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    raised_in = str(frame.f_globals["__name__"])
    return isinstance(error, ValueError | TypeError) and raised_in.startswith("hydra.")


def status(arguments: argparse.Namespace) -> None:
    """Print how sweeps and runs stand."""
    from experiments.status import status

    status(outputs(arguments), arguments.sweep)


def sync(arguments: argparse.Namespace) -> None:
    """Bring MLflow up to date with what a folder records; exit code 1 if some of it is damaged."""
    from experiments.sync import sync

    done, problems = sync(arguments.folder or outputs(arguments), arguments.uri)
    for line in done:
        sys.stdout.write(line + "\n")
    for line in problems:
        sys.stderr.write(f"error: {line}\n")
    if problems:
        sys.exit(1)


def rerun(arguments: argparse.Namespace) -> None:
    """Do a run again and print whether the same came of it; exit code 1 if not."""
    from experiments.display import Display
    from experiments.rerun import find, rerun

    record = find(
        outputs(arguments), arguments.uri or configured(arguments).tracking.uri, arguments.run
    )
    with Display() as display:
        show = partial(display.show, record.start["name"], record.start["config"]["epochs"])
        first, *others = rerun(record, listeners=[show], interruption=arguments.interruption)
    sys.stdout.write("\n".join([first, *others]) + "\n")
    if others:
        sys.exit(1)


def ui(arguments: argparse.Namespace) -> None:
    """Serve a store on this machine until Ctrl-C, and open the browser on its runs."""
    from experiments import ui

    uri = arguments.uri or configured(arguments).tracking.uri
    browse, interruption = not arguments.no_browser, arguments.interruption
    ui.serve(uri, arguments.port, browse=browse, interruption=interruption)


def configured(arguments: argparse.Namespace) -> DictConfig:
    """Return the configuration of a run without overrides but for ``--outputs``."""
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose("config")
    if getattr(arguments, "outputs", None) is not None:
        config.outputs = str(arguments.outputs)
    return config


def outputs(arguments: argparse.Namespace) -> Path:
    """Return the folder in which runs are recorded."""
    return Path(configured(arguments).outputs).absolute()


def main() -> None:
    """Parse the command line and do what it says."""
    parser = argparse.ArgumentParser(prog="experiments", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    recorded = argparse.ArgumentParser(add_help=False)
    recorded.add_argument("--outputs", type=Path, help="folder of the records; else as for runs")
    tracked = argparse.ArgumentParser(add_help=False)
    tracked.add_argument("--uri", help="of MLflow's store; else as for runs")
    command = commands.add_parser("status", parents=[recorded], help="how sweeps and runs stand")
    command.add_argument("sweep", nargs="?", help="its folder or the beginning of its id")
    command.set_defaults(do=status)
    command = commands.add_parser(
        "sync", parents=[recorded, tracked], help="bring MLflow up to date with the records"
    )
    command.add_argument("folder", type=Path, nargs="?", help="of a run or a sweep; else all")
    command.set_defaults(do=sync)
    command = commands.add_parser(
        "rerun", parents=[recorded, tracked], help="do a run again: is it the same to the last bit?"
    )
    command.add_argument("run", help="its id in MLflow, its folder, or how its identity begins")
    command.set_defaults(do=rerun)
    command = commands.add_parser("ui", parents=[tracked], help="browse the runs in MLflow")
    command.add_argument("--port", type=int, default=5000)
    command.add_argument("--no-browser", action="store_true", help="only print the address")
    command.set_defaults(do=ui)
    arguments = parser.parse_args()
    arguments.interruption = Interruption()
    arguments.interruption.install()
    os.environ.update({**SETTINGS, **os.environ})  # before MLflow is imported
    with one_line_errors():
        arguments.do(arguments)
