"""`experiments ui`: MLflow's own server, with few processes, for this machine only."""

import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
import webbrowser
from typing import IO

from experiments.errors import UserError
from experiments.interruption import Interrupted, Interruption
from experiments.mirror.store import open_store
from experiments.mirror.view import runs_page

HOST = "127.0.0.1"
POLL = 0.2  # seconds between two checks of the server
SETTINGS = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else 15 processes and 3 GB
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


def serve(uri: str, port: int, *, browse: bool, interruption: Interruption) -> None:
    """Serve the store until Ctrl-C, and print the address of the runs of its newest experiment.

    If ``uri`` is the address of a server, only print the address. Raise UserError if there are no
    runs, the port is used or the server does not start.
    """
    client = open_store(uri)
    experiments = client.search_experiments(order_by=["last_update_time DESC"])
    tracked = [each.experiment_id for each in experiments if each.name != "Default"]
    if not tracked:
        raise UserError(f"no runs in {uri} yet; make some with: make sweep")
    if uri.startswith("http"):
        _announce(runs_page(uri.rstrip("/"), tracked[0]), browse=browse)
        return
    _check_free(port)
    address = f"http://{HOST}:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri]
    command += ["--host", HOST, "--port", str(port), "--workers", "1"]
    with tempfile.TemporaryFile() as log:
        environment = {**os.environ, **SETTINGS}
        server = None
        try:
            with interruption.deferred():  # no signal before `server` is set
                server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            if interruption.signum is not None:
                raise Interrupted(interruption.signum)
            _wait(server, f"{address}/health", log)
            _announce(runs_page(address, tracked[0]), browse=browse)
            server.wait()
        except KeyboardInterrupt:
            pass
        finally:
            if server is not None:
                server.terminate()
                server.wait()


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise UserError(f"port {port}: {error}; choose another with --port") from None


def _wait(server: subprocess.Popen[bytes], health: str, log: IO[bytes]) -> None:
    """Return when the server answers. Raise UserError, with its last line, if it ends."""
    while True:
        try:
            server.wait(POLL)
        except subprocess.TimeoutExpired:
            pass
        else:
            log.seek(0)
            lines = log.read().decode(errors="replace").split("\n")
            reason = next((line for line in reversed(lines) if line.strip()), "no message")
            raise UserError(f"the MLflow server did not start: {reason}")
        try:
            with urllib.request.urlopen(health, timeout=POLL):
                return
        except OSError:
            continue


def _announce(page: str, *, browse: bool) -> None:
    sys.stdout.write(f"Runs: {page}\nEnd with Ctrl-C.\n")
    sys.stdout.flush()
    if browse:
        webbrowser.open(page)
