"""Serve MLflow on this machine, with few processes, for `experiments ui`."""

import errno
import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
import webbrowser
from collections.abc import Mapping
from contextlib import ExitStack
from typing import IO

from mlflow.entities import Experiment

from experiments.configuration import first_sweep, sqlite_path
from experiments.errors import UserError
from experiments.interruption import Interrupted, Interruption
from experiments.mirror.forwarding import family_of, forwarded
from experiments.mirror.reading import readable_store
from experiments.mirror.store import open_store
from experiments.mirror.tags import SWEEP
from experiments.mirror.view import VIEW, runs_page, sweep_page

HOSTS = ("::1", "127.0.0.1")
"""This machine's own addresses. MLflow's page opens its assistant at the second one, not at the
first, which some machines do not have. So the first one is opened, and both answer."""
NO_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
POLL = 0.2
"""Seconds between two checks of the server."""
SETTINGS = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else 15 processes and 3 GB
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


def serve(uri: str, port: int, *, browse: bool, interruption: Interruption) -> None:
    """Serve the store until Ctrl-C, and print the addresses of its newest sweep and of all runs.

    If ``uri`` is the address of a server, only print the addresses. Raise UserError if there are no
    runs, the port is used or the server does not start.
    """
    experiment = newest_experiment(uri)
    sweep = newest_sweep(uri, experiment)
    if uri.startswith("http"):
        _announce(pages(uri.rstrip("/"), experiment, sweep), browse=browse)
        return
    host, *others = free_hosts(port)
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    with tempfile.TemporaryFile() as log, ExitStack() as forwarding:
        server = None
        try:
            with interruption.deferred():  # no signal before `server` is set
                server = _start_server(uri, host, port, log)
            if interruption.signum is not None:
                raise Interrupted(interruption.signum)
            wait_until_up(server, f"{address}/health", log)
            for other in others:
                forwarding.enter_context(forwarded(other, port, host))
            _announce(pages(address, experiment, sweep), browse=browse)
            server.wait()
        except KeyboardInterrupt:
            pass
        finally:
            if server is not None:
                server.terminate()
                server.wait()


def newest_experiment(uri: str) -> Experiment:
    """Return the experiment that was changed last. Raise UserError if there is none."""
    path = sqlite_path(uri)
    if path is not None and not path.exists():
        raise UserError(f"no runs in {uri} yet; make some with: {first_sweep(uri=uri)}")
    with readable_store(uri):
        found = open_store(uri).search_experiments(order_by=["last_update_time DESC"])
    experiments: list[Experiment] = [each for each in found if each.name != "Default"]
    if not experiments:
        raise UserError(f"no runs in {uri} yet; make some with: {first_sweep(uri=uri)}")
    return experiments[0]


def newest_sweep(uri: str, experiment: Experiment) -> str:
    """Return the id of the newest sweep that has a view of its own; nothing if there is none."""
    with readable_store(uri):
        found = open_store(uri).search_runs(
            [experiment.experiment_id],
            f"tags.{SWEEP} != ''",
            max_results=1,
            order_by=["attributes.start_time DESC"],
        )
    sweeps: list[str] = [run.data.tags[SWEEP] for run in found]
    return next((sweep for sweep in sweeps if VIEW + sweep in experiment.tags), "")


def pages(server: str, experiment: Experiment, sweep: str) -> dict[str, str]:
    """Return the addresses to show, the most interesting first, by what they show."""
    all_runs = {"All runs": runs_page(server, experiment.experiment_id)}
    if not sweep:
        return all_runs
    return {"Newest sweep": sweep_page(server, experiment.experiment_id, sweep), **all_runs}


def free_hosts(port: int) -> list[str]:
    """Return the addresses of this machine to serve at, the one to open first.

    Raise UserError if a server cannot listen on this port.
    """
    if port < 1:
        raise UserError(f"port {port}: must be 1 or more; choose another with --port")
    return [host for host in HOSTS if is_free(host, port)]  # no program may use either


def is_free(host: str, port: int) -> bool:
    """Return whether this machine has the address. Raise UserError if its port is used."""
    try:
        with socket.socket(family_of(host)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno in NO_ADDRESS:
            return False
        raise UserError(f"port {port}: {error}; choose another with --port") from None
    return True


def _start_server(uri: str, host: str, port: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri]
    command += ["--host", host, "--port", str(port), "--workers", "1"]
    environment = {**os.environ, **SETTINGS}
    return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def wait_until_up(server: subprocess.Popen[bytes], health: str, log: IO[bytes]) -> None:
    """Return when the server answers. Raise UserError, with its last line, if it ends."""
    while True:
        try:
            server.wait(POLL)
        except subprocess.TimeoutExpired:
            pass
        else:
            log.seek(0)
            raise UserError(f"the MLflow server did not start: {last_line(log.read())}")
        try:
            with urllib.request.urlopen(health, timeout=POLL):
                return
        except OSError:
            continue


def last_line(output: bytes) -> str:
    """Return the last line of a program's output that is not empty."""
    lines = output.decode(errors="replace").splitlines()
    return next((line for line in reversed(lines) if line.strip()), "no message")


def _announce(pages: Mapping[str, str], *, browse: bool) -> None:
    lines = [f"{shown}: {page}" for shown, page in pages.items()]
    sys.stdout.write("\n".join([*lines, "End with Ctrl-C.\n"]))
    sys.stdout.flush()
    if browse:
        webbrowser.open(next(iter(pages.values())))
