"""`experiments server` on PostgreSQL in a temporary folder, and the processor time of its parts."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from experiments.configuration import PROJECT

EXPERIMENTS = Path(sys.executable).with_name("experiments")
PASSWORD = "MLFLOW_AUTH_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
USER = "admin"
READY = "End with Ctrl-C."
PATIENT = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "120", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0"}
"""A server behind its knee answers late, and is not asked twice."""


@dataclass(frozen=True)
class Server:
    """A running server: its address, its process, and that of PostgreSQL."""

    address: str
    pid: int
    database_pid: int


@contextmanager
def team_server() -> Iterator[Server]:
    """Start a server and log in as its administrator; end it with the context.

    PostgreSQL runs as another user if this process is root. So the folder is one that every user
    may enter. Exit if the server does not start.
    """
    folder = Path(tempfile.mkdtemp(prefix="replay-"))
    folder.chmod(0o755)
    log = folder / "log"
    port = free_port()
    command = [str(EXPERIMENTS), "server", "--outputs", f"{folder}/outputs", "--port", str(port)]
    try:
        with log.open("wb") as output:
            started = subprocess.Popen(
                command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=output, text=True
            )
        try:
            if not any(READY in line for line in started.stdout or ()):
                sys.exit(f"the server did not start: {log.read_text(encoding='utf-8').strip()}")
            own = folder / "outputs" / "server"
            log_in(own / "secrets.env")
            postmaster = own / "postgresql" / "data" / "postmaster.pid"
            database = int(postmaster.read_text(encoding="ascii").split()[0])
            yield Server(f"http://127.0.0.1:{port}", started.pid, database)
        finally:
            started.send_signal(signal.SIGTERM)
            started.communicate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def log_in(secrets: Path) -> None:
    """Make MLflow's clients of this process patient, and log them in as the administrator."""
    os.environ.update(PATIENT)
    lines = secrets.read_text(encoding="utf-8").splitlines()
    os.environ["MLFLOW_TRACKING_USERNAME"] = USER
    os.environ["MLFLOW_TRACKING_PASSWORD"] = dict(line.split("=", 1) for line in lines)[PASSWORD]


def free_port() -> int:
    """Return the number of a port where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
