"""The command `experiments`: what can be done with runs besides making them."""

import experiments.startup  # noqa: F401, I001 - before everything else
import argparse
import math
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from experiments.configuration.config import CONF, one_line, register
from experiments.errors import UserError
from experiments.interruption import Interrupted, Interruption
from experiments.tracking.writer import SETTINGS, SQLITE

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
    from experiments.terminal.status import status

    status(outputs(arguments), arguments.sweep)


def sync(arguments: argparse.Namespace) -> None:
    """Bring MLflow up to date with what a folder records; exit code 1 if some of it is damaged."""
    from experiments.mirror.sync import sync

    done, problems = sync(arguments.folder or outputs(arguments), arguments.uri)
    for line in done:
        sys.stdout.write(line + "\n")
    for line in problems:
        sys.stderr.write(f"error: {line}\n")
    if problems:
        sys.exit(1)


def rerun(arguments: argparse.Namespace) -> None:
    """Do a run again and print whether the same came of it; exit code 1 if not."""
    from experiments.running.rerun import find, rerun
    from experiments.terminal.display import Display

    record = find(
        outputs(arguments), arguments.uri or configured(arguments).tracking.uri, arguments.run
    )
    with Display() as display:
        show = partial(display.show, record.start["name"], record.start["config"]["epochs"])
        first, *others = rerun(record, listeners=[show], interruption=arguments.interruption)
    sys.stdout.write("\n".join([first, *others]) + "\n")
    if others:
        sys.exit(1)


def compare(arguments: argparse.Namespace) -> None:
    """Print which arm of a group is better on which network; or the table, in a format."""
    from experiments.comparison import comparison, verdicts
    from experiments.results import results

    source, sweep = chosen(arguments)
    runs = results.runs(source, sweep=sweep["id"] if sweep else None)
    missing = verdicts.missing_runs(runs, sweep)
    if missing:
        sys.stderr.write(f"{missing}\n")
    table = comparison.compare(
        runs, arguments.group, metric=arguments.metric, margin=arguments.margin / 100
    )
    if arguments.format:
        sys.stdout.write(verdicts.FORMATS[arguments.format](table))
    else:
        verdicts.show(table, runs, sweep, metric=arguments.metric, margin=arguments.margin)


def report(arguments: argparse.Namespace) -> None:
    """Execute the notebooks on a sweep, write one file, and attach it to the sweep in MLflow."""
    from experiments.report.report import publish

    source, sweep = chosen(arguments)
    for line in publish(source, sweep, outputs(arguments) / "reports"):
        sys.stdout.write(line + "\n")


def export(arguments: argparse.Namespace) -> None:
    """Write the results of a sweep to a folder, as files that need no other of this project's."""
    from experiments.results import results

    source, sweep = chosen(arguments)
    frame = results.export(
        source,
        arguments.folder,
        sweep=sweep["id"] if sweep else None,
        networks=arguments.network or (),
    )
    sys.stdout.write(f"{len(frame)} runs: {arguments.folder.resolve()}\n")


def chosen(arguments: argparse.Namespace) -> tuple[Path | str, Mapping[str, Any] | None]:
    """Return where the runs are read from, and which sweep: the newest, unless told otherwise."""
    from experiments.results import results

    source = arguments.uri or outputs(arguments)
    if isinstance(source, str) and source.startswith(SQLITE):
        source = SQLITE + str(Path(source.removeprefix(SQLITE)).absolute())
    return source, None if arguments.all else results.find_sweep(source, arguments.sweep)


def ui(arguments: argparse.Namespace) -> None:
    """Serve a store on this machine until Ctrl-C, and open the browser on its runs."""
    from experiments.mirror import ui

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


def _points(word: str) -> float:
    """Return a number of percentage points, zero or more."""
    points = float(word)
    if not 0 <= points < math.inf:
        raise ValueError(word)
    return points


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
    swept = argparse.ArgumentParser(add_help=False)
    which = swept.add_mutually_exclusive_group()
    which.add_argument("--sweep", help="the beginning of its id; else the newest")
    which.add_argument("--all", action="store_true", help="all runs, of whatever sweep")
    command = commands.add_parser(
        "compare", parents=[recorded, tracked, swept], help="which arm is better, on which network"
    )
    command.add_argument("group", help="loss or optimizer, or any other group of conf/")
    command.add_argument("--metric", default="test/accuracy", help="default: %(default)s")
    command.add_argument(
        "--margin", type=_points, default=0.1, help="of a tie, in points (default: %(default)s)"
    )
    command.add_argument("--format", choices=("csv", "md", "tex"), help="else for reading")
    command.set_defaults(do=compare)
    command = commands.add_parser(
        "report", parents=[recorded, tracked, swept], help="the notebooks on your runs, as one file"
    )
    command.set_defaults(do=report)
    command = commands.add_parser(
        "export", parents=[recorded, tracked, swept], help="results as Parquet files, to pass on"
    )
    command.add_argument("folder", type=Path, help="where to")
    command.add_argument(
        "--network", action="append", help="identity of a run whose network goes along; repeatable"
    )
    command.set_defaults(do=export)
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
