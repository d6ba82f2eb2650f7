"""Serve MLflow on this machine, with few processes, for `experiments ui`."""

import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
import webbrowser
from typing import IO

from experiments.configuration import sqlite_path
from experiments.errors import UserError
from experiments.interruption import Interrupted, Interruption
from experiments.mirror.reading import readable_store
from experiments.mirror.store import open_store
from experiments.mirror.view import runs_page

HOST = "127.0.0.1"
POLL = 0.2
"""Seconds between two checks of the server."""
SETTINGS = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else 15 processes and 3 GB
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


def serve(uri: str, port: int, *, browse: bool, interruption: Interruption) -> None:
    """Serve the store until Ctrl-C, and print the address of the runs of its newest experiment.

    If ``uri`` is the address of a server, only print the address. Raise UserError if there are no
    runs, the port is used or the server does not start.
    """
    experiment_id = newest_experiment(uri)
    if uri.startswith("http"):
        _announce(runs_page(uri.rstrip("/"), experiment_id), browse=browse)
        return
    check_free(port)
    address = f"http://{HOST}:{port}"
    with tempfile.TemporaryFile() as log:
        server = None
        try:
            with interruption.deferred():  # no signal before `server` is set
                server = _start_server(uri, port, log)
            if interruption.signum is not None:
                raise Interrupted(interruption.signum)
            wait_until_up(server, f"{address}/health", log)
            _announce(runs_page(address, experiment_id), browse=browse)
            server.wait()
        except KeyboardInterrupt:
            pass
        finally:
            if server is not None:
                server.terminate()
                server.wait()


def newest_experiment(uri: str) -> str:
    """Return the id of the experiment that was changed last. Raise UserError if there is none."""
    path = sqlite_path(uri)
    if path is not None and not path.exists():
        raise UserError(f"no runs in {uri} yet; make some with: make sweep")
    with readable_store(uri):
        found = open_store(uri).search_experiments(order_by=["last_update_time DESC"])
    ids: list[str] = [each.experiment_id for each in found if each.name != "Default"]
    if not ids:
        raise UserError(f"no runs in {uri} yet; make some with: make sweep")
    return ids[0]


def check_free(port: int) -> None:
    """Raise UserError if a server cannot listen on this port."""
    if port < 1:
        raise UserError(f"port {port}: must be 1 or more; choose another with --port")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise UserError(f"port {port}: {error}; choose another with --port") from None


def _start_server(uri: str, port: int, log: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri]
    command += ["--host", HOST, "--port", str(port), "--workers", "1"]
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


def _announce(page: str, *, browse: bool) -> None:
    sys.stdout.write(f"Runs: {page}\nEnd with Ctrl-C.\n")
    sys.stdout.flush()
    if browse:
        webbrowser.open(page)
